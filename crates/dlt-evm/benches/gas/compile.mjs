// Compiles OpenZeppelin.sol against the package brought for the measurement: node compile.mjs SOLC PACKAGES OUT
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [compiler, packages, out] = process.argv.slice(2);
const solc = createRequire(import.meta.url)(resolve(compiler));
const here = dirname(fileURLToPath(import.meta.url));
const input = {
  language: "Solidity",
  sources: { "OpenZeppelin.sol": { content: readFileSync(join(here, "OpenZeppelin.sol"), "utf8") } },
  settings: {
    evmVersion: "shanghai",
    optimizer: { enabled: true, runs: 1_000_000 },
    outputSelection: { "*": { Plain: ["evm.bytecode.object"] } },
  },
};
const imported = (path) => ({ contents: readFileSync(join(packages, path), "utf8") });
const output = JSON.parse(solc.compile(JSON.stringify(input), { import: imported }));
const errors = (output.errors ?? []).filter((problem) => problem.severity === "error");
if (errors.length > 0) {
  console.error(errors.map((problem) => problem.formattedMessage).join("\n"));
  process.exit(1);
}
const { object } = output.contracts["OpenZeppelin.sol"].Plain.evm.bytecode;
writeFileSync(out, JSON.stringify({ bytecode: `0x${object}` }));
