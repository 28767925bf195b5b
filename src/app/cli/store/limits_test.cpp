#include "app/cli/store/limits.h"

#include <gtest/gtest.h>

namespace mooring::app::cli {
namespace {

std::string RampOf(std::string_view text) {
  std::string body;
  JsonWriter json(body);
  json.BeginObject();
  const Status written = WriteRamp(text, json);
  if (!written.ok()) return written.error().message();
  json.EndObject();
  return body;
}

TEST(WriteRamp, ReadsStepsInTheirOrder) {
  EXPECT_EQ(RampOf("0.1:10m,0.5:20m"),
            R"({"ramp":[{"factor":"0.1","for":"10m"},{"factor":"0.5","for":"20m"}]})");
  EXPECT_EQ(RampOf("0.5:1h"), R"({"ramp":[{"factor":"0.5","for":"1h"}]})");
}

TEST(WriteRamp, RefusesWhatIsNoStep) {
  for (const char* bad : {"", "0.1", "0.1:10m,", ",0.1:10m", "0.1 10m"}) {
    EXPECT_TRUE(RampOf(bad).starts_with("a ramp is steps")) << bad;
  }
}

}  // namespace
}  // namespace mooring::app::cli
