export { containerManagerContract } from './contract/container-manager-contract.js';
export { shellPrograms } from './contract/shell-programs.js';
export { FileTree } from './in-memory/file-tree.js';
export { InMemoryContainerManager } from './in-memory/in-memory-container-manager.js';

export type { ContractCase, ContractEnvironment } from './contract/contract-environment.js';
export type { Argv, ContractPrograms, HoldOptions } from './contract/contract-programs.js';
export type { FileAttributes, FileNode } from './in-memory/file-tree.js';
export type { InMemoryCall } from './in-memory/call-gate.js';
export type { InMemoryContainerManagerOptions } from './in-memory/in-memory-container-manager.js';
export type { InMemoryImageOptions } from './in-memory/image.js';
export type { InMemoryChild, InMemoryOutput, InMemoryProcess, InMemoryProgram } from './in-memory/process.js';
export type { InMemoryRuntimeOptions } from './in-memory/runtime.js';
