// The process as the command line sees it: its streams, terminal, environment, signals and servers,
// put into a cli::Context. Only main.cpp uses it; tests build contexts of their own. Thread safety:
// made and used on the main thread.
#pragma once

#include <memory>

#include "app/cli/context.h"

namespace mooring::app {

class ProcessContext {
 public:
  // `environment` is main's, ended by a null pointer.
  explicit ProcessContext(char** environment);
  ~ProcessContext();
  ProcessContext(const ProcessContext&) = delete;
  ProcessContext& operator=(const ProcessContext&) = delete;

  cli::Context& context() { return context_; }

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  cli::Context context_;
};

}  // namespace mooring::app
