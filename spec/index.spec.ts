import { expect } from 'chai';
import * as koji from 'podroot/koji';
import * as testing from 'podroot/testing';
import * as podroot from 'podroot';

describe('public surface', () => {
  it('of podroot is these values', () => {
    expect(Object.keys(podroot).sort()).to.deep.equal([
      'ContainerError',
      'InvalidArgumentError',
      'LineSplitter',
      'PodmanManager',
      'PodrootError',
      'SrpmError',
      'assertArchAllowed',
      'canBuildArch',
      'canonicalArch',
      'compareEvr',
      'compareVersions',
      'currentOwner',
      'findPodmanSocket',
      'formatEvr',
      'formatNevra',
      'openLogFile',
      'parseEvr',
      'parseNevra',
      'readRpm',
      'readSrpm',
      'resolveContainerSpec',
      'runContainer',
      'startPodmanService',
      'toSafeText',
      'verifySrpm',
    ]);
  });

  it('of podroot/koji is these values', () => {
    expect(Object.keys(koji).sort()).to.deep.equal([
      'BUILDROOT_STATES',
      'KojiBuildrootCalls',
      'KojiError',
      'KojiHostCalls',
      'KojiHubSession',
      'KojiTagCalls',
      'KojiTaskCalls',
      'KojiTransportError',
      'LogUpload',
      'REPO_STATES',
      'TASK_STATES',
      'XmlRpcDateTime',
      'XmlRpcDouble',
      'decodeArguments',
      'decodeCall',
      'decodeMessage',
      'encodeArguments',
      'encodeCall',
      'encodeFault',
      'encodeResponse',
      'faultCodeOf',
      'multicall',
      'taskUploadPath',
      'uploadFile',
    ]);
  });

  it('of podroot/testing is these values', () => {
    expect(Object.keys(testing).sort()).to.deep.equal([
      'FileTree',
      'InMemoryContainerManager',
      'containerManagerContract',
      'shellPrograms',
    ]);
  });
});
