import { expect } from 'chai';
import { FileTree } from '../../lib/testing/index.js';

const MTIME = new Date('2001-02-03T04:05:06Z');

describe('FileTree', () => {
  let tree: FileTree;

  beforeEach(() => {
    tree = new FileTree();
  });

  it('gives back what was written, with its attributes', () => {
    tree.writeFile('/a/b/file', 'content', { mode: 0o600, uid: 1, gid: 2, mtime: MTIME });
    expect(tree.readFile('/a/b/file').toString()).to.equal('content');
    expect(tree.lookup('/a/b/file')).to.deep.include({
      kind: 'file',
      mode: 0o600,
      uid: 1,
      gid: 2,
      mtime: MTIME,
    });
    expect(tree.lookup('/a/b')).to.deep.include({ kind: 'directory', mode: 0o755, uid: 0, gid: 0 });
    expect(tree.sizeBytes).to.equal(7);
  });

  it('has the attributes of an old file for its new content, unless others are given', () => {
    tree.writeFile('/file', 'old', { mode: 0o600, uid: 1, gid: 2, mtime: MTIME });
    tree.writeFile('/file', 'new', { gid: 3 });
    expect(tree.lookup('/file')).to.deep.include({ mode: 0o600, uid: 1, gid: 3 });
    expect(tree.lookup('/file')?.mtime).not.to.equal(MTIME);
  });

  it('keeps a copy of what is written', () => {
    const bytes = Buffer.from('abc');
    tree.writeFile('/file', bytes);
    bytes.fill('x');
    expect(tree.readFile('/file').toString()).to.equal('abc');
  });

  it('follows links, absolute and relative, but not the last one unless asked', () => {
    tree.writeFile('/real/file', 'content');
    tree.makeSymlink('/absolute', '/real');
    tree.makeSymlink('/real/relative', '../absolute/file');
    expect(tree.readFile('/absolute/relative').toString()).to.equal('content');
    expect(tree.lookup('/absolute')).to.include({ kind: 'symlink', target: '/real' });
    expect(tree.resolve('/absolute')?.kind).to.equal('directory');
    tree.writeFile('/absolute/new', 'through');
    expect(tree.readFile('/real/new').toString()).to.equal('through');
  });

  it('gives nothing for links that go round in a circle, or nowhere', () => {
    tree.makeSymlink('/a', 'b');
    tree.makeSymlink('/b', 'a');
    tree.makeSymlink('/c', 'nowhere');
    for (const path of ['/a', '/a/b', '/c', '/c/d', '/nothing'])
      expect(tree.resolve(path)).to.equal(undefined);
    expect(() => tree.readFile('/a')).to.throw('no such file: /a');
  });

  it('does not go above its root', () => {
    tree.writeFile('/file', 'content');
    tree.makeSymlink('/out', '../../../file');
    expect(tree.readFile('/../../file').toString()).to.equal('content');
    expect(tree.readFile('/out').toString()).to.equal('content');
  });

  it('takes no file for a folder', () => {
    tree.writeFile('/file', '');
    expect(() => {
      tree.writeFile('/file/below', '');
    }).to.throw('not a folder: /file');
    expect(tree.lookup('/file/below')).to.equal(undefined);
  });

  it('keeps what is in a folder that gets new attributes, the root as well', () => {
    tree.writeFile('/folder/file', 'content');
    tree.makeDirectory('/folder', { mode: 0o700, uid: 5 });
    tree.makeDirectory('/folder', { gid: 6 });
    tree.makeDirectory('/', { mode: 0o711 });
    expect(tree.lookup('/folder')).to.deep.include({ mode: 0o700, uid: 5, gid: 6 });
    expect(tree.lookup('/')).to.deep.include({ mode: 0o711 });
    expect(tree.readFile('/folder/file').toString()).to.equal('content');
  });

  it('removes what is at a path, and takes nothing there for done', () => {
    tree.writeFile('/folder/sub/file', '');
    tree.remove('/folder/sub');
    tree.remove('/folder/sub');
    tree.remove('/no/such/thing');
    expect(tree.lookup('/folder/sub')).to.equal(undefined);
    expect(tree.lookup('/folder')?.kind).to.equal('directory');
  });

  it('has clones of its own, without what is below the paths excepted', () => {
    tree.writeFile('/a/file', 'old');
    tree.writeFile('/cache/file', 'large');
    const clone = tree.clone(['/cache']);
    tree.writeFile('/a/file', 'new');
    clone.writeFile('/a/other', '');
    expect(clone.readFile('/a/file').toString()).to.equal('old');
    expect(tree.lookup('/a/other')).to.equal(undefined);
    expect(clone.lookup('/cache')?.kind).to.equal('directory');
    expect(clone.lookup('/cache/file')).to.equal(undefined);
  });
});
