// mooring: server and command line in one program.
#include "app/cli/program.h"
#include "app/process.h"

int main(int count, char** words, char** environment) {
  mooring::app::ProcessContext process(environment);
  return mooring::app::cli::RunProgram(process.context(), {words + 1, words + count});
}
