import { findPodmanSocket, PodmanManager } from 'podroot';

const [image = 'fedora:latest', address = findPodmanSocket()] = process.argv.slice(2);
await using manager = new PodmanManager({ address });
await manager.ensureImage(image);
await using container = await manager.create({ image, command: ['sleep', 'infinity'] });
await manager.start(container);
const { exitCode, stdout } = await manager.exec(container, ['uname', '-a']);
process.stdout.write(stdout);
console.log(`exit code ${exitCode}`);
