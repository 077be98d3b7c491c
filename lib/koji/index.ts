// The Koji parts come with their own release; the entry point is fixed from the first.
export {};
