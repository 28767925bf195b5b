#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text/json.h"

namespace mooring {
namespace {

TEST(Log, WritesFieldsInOrder) {
  RememberingLog log;
  const std::string model = "flight-cover";
  log.Info("version loaded", {{"model", model}, {"version", 3U}, {"ms", 41.5}, {"warm", true}});
  log.Debug("tick");
  log.Warning("slow", {{"ms", -7}});
  EXPECT_THAT(log.Lines(), testing::ElementsAre(
                               "INFO version loaded model=flight-cover version=3 ms=41.5 warm=true",
                               "DEBUG tick", "WARNING slow ms=-7"));
}

TEST(Log, AFieldCannotForgeALine) {
  RememberingLog log;
  log.Info("a\nb", {{"caller", "x\nERROR forged=1"}, {"empty", ""}, {"spaced", "two words"}});
  EXPECT_EQ(log.Text(), "INFO a b caller=\"x\\nERROR forged=1\" empty=\"\" spaced=\"two words\"\n");
}

TEST(Log, AnErrorShowsItsParts) {
  RememberingLog log;
  log.Error("cannot load", Error(Code::kDataLoss, "bad sum").Where("blob:7").Help("restore it"));
  EXPECT_EQ(
      log.Text(),
      "ERROR cannot load error=\"bad sum\" code=data_loss where=blob:7 help=\"restore it\"\n");
}

TEST(Log, JsonLinesAreJson) {
  const Time time{Micros(1)};
  const LogField fields[] = {{"path", "a\"b\x01"}, {"n", 1}, {"bad", "\xFF"}};
  const std::string line = FormatLogLine(LogFormat::kJson, {&time, LogLevel::kError, "m", fields});
  const auto json = Json::Parse(line);
  ASSERT_TRUE(json.ok()) << line;
  EXPECT_EQ(*json->GetString("time"), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(*json->GetString("level"), "ERROR");
  EXPECT_EQ(*json->GetString("path"), "a\"b\x01");
  EXPECT_EQ(*json->GetInt("n"), 1);
}

TEST(Log, StandardErrorGetsWhatIsImportantEnough) {
  const SimulatedClock clock(Time(Micros(0)));
  testing::internal::CaptureStderr();
  {
    const auto log = StderrLog(clock, {.minimum = LogLevel::kWarning});
    log->Info("unseen");
    log->Error("seen {} %v", {{"k", "v"}});
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "1970-01-01T00:00:00.000000Z ERROR seen {} %v k=v\n");
}

TEST(Log, LevelsHaveNames) {
  for (const char* name : {"debug", "INFO", "Warning", "error"})
    EXPECT_TRUE(ParseLogLevel(name).ok());
  EXPECT_EQ(*ParseLogLevel("warning"), LogLevel::kWarning);
  for (const char* name : {"", "warn", "infos", "5"})
    EXPECT_FALSE(ParseLogLevel(name).ok()) << name;
  SilentLog().Error("nobody hears");
}

}  // namespace
}  // namespace mooring
