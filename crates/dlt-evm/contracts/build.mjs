// Compiles the contracts into out/*.json, which is committed so that building the Rust crates needs neither node nor
// a compiler. `node build.mjs --check` compiles again and fails on any difference. Run `npm ci` here first.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));
const contracts = ["SecurityToken", "SecurityTokenFactory"];
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

// shanghai runs on older permissioned chains too, at the same gas; without metadata the code depends on the code only.
const settings = {
  evmVersion: "shanghai",
  optimizer: { enabled: true, runs: 1_000_000 },
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: {
    "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"] },
  },
};

const files = readdirSync(here).filter((name) => name.endsWith(".sol")).sort();
const sources = Object.fromEntries(files.map((name) => [name, { content: readFileSync(join(here, name), "utf8") }]));
const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
const problems = output.errors ?? [];
if (problems.length > 0) {
  console.error(problems.map((problem) => problem.formattedMessage).join("\n"));
  process.exit(1);
}

const artifact = (name) => {
  const { abi, evm } = output.contracts[`${name}.sol`][name];
  return {
    contract: name,
    compiler: solc.version(),
    settings: { evmVersion: settings.evmVersion, optimizer: settings.optimizer, metadata: settings.metadata },
    settingsSha256: sha256(JSON.stringify(settings)),
    sourcesSha256: Object.fromEntries(files.map((file) => [file, sha256(sources[file].content)])),
    abi,
    bytecode: `0x${evm.bytecode.object}`,
    deployedBytecode: `0x${evm.deployedBytecode.object}`,
    immutables: Object.values(evm.deployedBytecode.immutableReferences ?? {}).flat(),
  };
};

const checking = process.argv.includes("--check");
mkdirSync(join(here, "out"), { recursive: true });
let differs = false;
for (const name of contracts) {
  const path = join(here, "out", `${name}.json`);
  const text = `${JSON.stringify(artifact(name), null, 2)}\n`;
  if (!checking) {
    writeFileSync(path, text);
  } else if (readFileSync(path, "utf8") !== text) {
    console.error(`out/${name}.json is not what the sources give: run \`node build.mjs\` and commit`);
    differs = true;
  }
}
process.exit(differs ? 1 : 0);
