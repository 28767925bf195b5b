// The program of the bad inputs: one server for all tables, ended and checked after the last.
#include <gtest/gtest.h>

#include "bad_inputs/live_server.h"

namespace mooring::bad_inputs {
namespace {

class OneServer final : public testing::Environment {
 public:
  void TearDown() override { EndLiveServer(); }
};

}  // namespace
}  // namespace mooring::bad_inputs

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new mooring::bad_inputs::OneServer);
  return RUN_ALL_TESTS();
}
