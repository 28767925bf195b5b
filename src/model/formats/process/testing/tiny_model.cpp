#include "model/formats/process/testing/tiny_model.h"

#include <cstdlib>
#include <filesystem>
#include <memory>

namespace mooring::model::testing {
namespace {

constexpr const char* kMlmodel = R"(flavors:
  python_function:
    loader_module: tiny_model
    code: code
    data: data.txt
    python_version: 3.11.2
signature:
  inputs: '[{"type": "string", "name": "what"}, {"type": "double", "name": "x"}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
)";

constexpr const char* kCode = R"(
import os, socket, threading, time

kept = []

class Tiny:
    def __init__(self, outside):
        self.outside = outside

    def act(self, what):
        if what == 'hang':
            time.sleep(1000)
        elif what == 'die':
            os._exit(3)
        elif what == 'leak':
            kept.append(b'x' * (64 << 20))
        elif what == 'refuse':
            raise ValueError('no such town')
        elif what == 'fail':
            raise RuntimeError('broken inside')
        elif what == 'exit':
            raise SystemExit(0)
        elif what == 'garbage':
            os.write(3, b'not a frame at all, but long enough to be one')
        elif what == 'chatter':
            print('x' * 1000000)
        elif what == 'fork bomb':
            while True:
                os.fork()
        elif what == 'threads':
            for _ in range(200):
                threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
            time.sleep(1000)
        elif what == 'fill the disk':
            for number in range(1000):
                open(f'{number}', 'wb').write(b'x' * (1 << 20))
            time.sleep(1000)
        elif what == 'exec':
            os.execv('/bin/sh', ['sh', '-c', 'echo x > ' + self.outside])
        elif what == 'write':
            open(self.outside, 'w').write('x')
        elif what == 'socket':
            socket.create_connection(('127.0.0.1', 9))
        elif what == 'kill':
            os.kill(os.getppid(), 9)
        elif what == 'short':
            return True
        return False

    def predict(self, rows):
        frame = {name: list(rows[name]) for name in ('what', 'x')}
        short = [self.act(what) for what in frame['what']]
        return [2 * x for x, cut in zip(frame['x'], short) if not cut]

def _load_pyfunc(path):
    with open(path) as file:
        return Tiny(file.read())
)";

}  // namespace

PythonRuntime TestRuntime(const std::string& directory) {
  PythonRuntime runtime;
  runtime.directory = directory;
  runtime.predict_timeout = std::chrono::milliseconds(20'000);
  if (const char* named = std::getenv("MOORING_TEST_PYTHON"); named != nullptr) {
    runtime.interpreter = named;
    if (const char* reads = std::getenv("MOORING_TEST_PYTHON_READS"); reads != nullptr) {
      runtime.readable.emplace_back(reads);
    }
    return runtime;
  }
  for (const char* path : {"/usr/bin/python3", "/usr/local/bin/python3"}) {
    if (std::filesystem::exists(path)) {
      runtime.interpreter = path;
      break;
    }
  }
  return runtime;
}

Artifact ArtifactOfTexts(NamedTexts files) {
  auto owner = std::make_shared<const NamedTexts>(std::move(files));
  std::vector<ArtifactFile> named;
  for (const auto& [path, text] : *owner) named.push_back({path, AsBytes(text)});
  return Artifact(std::move(named), owner);
}

Artifact TinyModel(const std::string& outside) {
  return ArtifactOfTexts(
      {{"MLmodel", kMlmodel}, {"code/tiny_model.py", kCode}, {"data.txt", outside}});
}

data::Batch TinyRows(const Signature& signature,
                     const std::vector<std::pair<std::string, double>>& rows) {
  data::Batch batch(signature.inputs);
  for (const auto& [what, x] : rows) {
    batch.column(0).AppendText(what);
    batch.column(1).Append(x);
  }
  batch.SetRows(rows.size());
  return batch;
}

}  // namespace mooring::model::testing
