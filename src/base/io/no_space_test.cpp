#include "base/io/no_space.h"

#include <gtest/gtest.h>

#include "base/io/simulated_file_system.h"

namespace mooring {
namespace {

TEST(NoSpace, IsToldFromOtherErrors) {
  EXPECT_TRUE(
      IsNoSpace(Error(Code::kResourceExhausted, "cannot write x: No space left on device")));
  EXPECT_TRUE(IsNoSpace(Error(Code::kUnavailable, "x").Why("database or disk is full")));
  EXPECT_TRUE(IsNoSpace(Error(Code::kResourceExhausted, "cannot write x: Disk quota exceeded")));
  EXPECT_FALSE(IsNoSpace(Error(Code::kResourceExhausted, "cannot open x: Too many open files")));
  EXPECT_FALSE(IsNoSpace(Error(Code::kUnavailable, "cannot write x: Input/output error")));
}

TEST(NoSpace, IsSaidPlainlyWithWhatHelps) {
  const Error error = NoSpaceFor(
      "the control log",
      Error(Code::kResourceExhausted, "cannot write control/log: No space left on device"));
  EXPECT_EQ(error.code(), Code::kUnavailable);
  EXPECT_EQ(error.message(), "no space left for the control log");
  EXPECT_EQ(error.why(), "cannot write control/log: No space left on device");
  EXPECT_NE(error.help().find("free space"), std::string::npos);
  EXPECT_EQ(NoSpaceFor("x", Error(Code::kConflict, "y")).message(), "y");
}

}  // namespace
}  // namespace mooring
