// Models that only Python can run: what an MLflow directory says of them, packed into a flat form
// with all of its files, and the Predictor whose rows go to a Python process beside us. Nothing of
// such a model is ever read in this process but MLmodel itself.
//
// Use CompilePython for a directory that no native flavour fits; PythonFormat() (formats.h) loads
// what it made where LoadOptions::python names an interpreter, and refuses with what to do where it
// does not.
//
// Thread safety: pure functions; the predictor from any thread. Failure: kUnsupported without a
// signature of inputs and outputs or of types that tables have not; kFailedPrecondition when there
// is no Python, or the model does not load in it; the predictor as WorkerPool.
#pragma once

#include <string>
#include <vector>

#include "base/io/python_runtime.h"
#include "model/format.h"
#include "model/formats/mlflow.h"
#include "model/formats/process/worker_pool.h"

namespace mooring::model {

Result<std::string> CompilePython(const MlflowModel& model, const Artifact& artifact);

// How `runtime` starts a worker: the program, its surroundings and what it may read. Refuses an
// interpreter that is absent or a script, and a data directory inside the interpreter's own.
Result<ConfinedProcess::Options> WorkerProcess(const PythonRuntime& runtime,
                                               const WorkDirectory& directory);

// The text of python/mooring_worker.py, which is part of this program.
std::string_view WorkerScript();

}  // namespace mooring::model
