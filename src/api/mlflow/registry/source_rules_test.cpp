#include "api/mlflow/registry/source_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace mooring::api::mlflow {
namespace {

TEST(SourceRules, KnowKindsByTheirScheme) {
  EXPECT_EQ(KindOfSource("models:/m-1"), SourceKind::kModels);
  EXPECT_EQ(KindOfSource("runs:/ab/model"), SourceKind::kRuns);
  for (const char* local :
       {"/etc/passwd", "a/b", "file:///a", "file:/a", "C:\\models", "m:x", ""}) {
    EXPECT_EQ(KindOfSource(local), SourceKind::kLocal) << local;
  }
  for (const char* other : {"s3://b/m", "mlflow-artifacts:/1/a", "https://h/x", "abfss://c@a/x"}) {
    EXPECT_EQ(KindOfSource(other), SourceKind::kElsewhere) << other;
  }
}

// The two texts are those of the recorded exchanges (mlflow_rest).
TEST(SourceRules, RefuseWhatLeadsElsewhere) {
  const std::string local =
      ". To use a local path as a model version source, the run_id request parameter has to be "
      "specified and the local path has to be contained within the artifact directory of the run "
      "specified by the run_id.";
  const std::string relative =
      ". If supplying a source as an http, https, local file path, ftp, objectstore, or "
      "mlflow-artifacts uri, an absolute path must be provided without relative path references "
      "present. Please provide an absolute path.";
  struct Case {
    std::string source, run, refusal;  // "": allowed
  };
  const Case cases[] = {
      {"models:/m-1", "", ""},
      {"runs:/ab/model", "", ""},
      {"runs:/ab/../cd/model", "", relative},
      {"s3://bucket/model", "", ""},
      {"s3://bucket//model", "", ""},
      {"mlflow-artifacts:/3/a/artifacts/model", "", ""},
      {"mlflow-artifacts:/../../x", "", relative},
      {"mlflow-artifacts:/a/%2e%2e/x", "", relative},
      {"mlflow-artifacts:/a/%252e%252e/x", "", relative},
      {"mlflow-artifacts:/a/..%2fx", "", relative},
      {"https://host/a?x=/../y", "", relative},
      {"https://host/a?x=1", "", relative},
      {"https://host/a#x", "", relative},
      {"s3://bucket/a\\..\\b", "", relative},
      {"/etc/passwd", "", local},
      {"file:///etc/passwd", "", local},
      {"model", "", local},
      {"", "", local},
      {"/runs/1/artifacts/model", "/runs/1/artifacts", ""},
      {"/runs/1/artifacts", "/runs/1/artifacts/", ""},
      {"file:///runs/1/artifacts/model", "/runs/1/artifacts", ""},
      {"/runs/1/artifacts/model", "file:///runs/1/artifacts", ""},
      {"/runs/1/artifacts2/model", "/runs/1/artifacts", local},
      {"/runs/1/artifacts/../../2", "/runs/1/artifacts", local},
      {"/runs/1/artifacts/%2e%2e/2", "/runs/1/artifacts", local},
      {"file://host/runs/1/artifacts/m", "/runs/1/artifacts", local},
      {"/runs/1/artifacts/model", "mlflow-artifacts:/1/artifacts", local},
  };
  for (const Case& each : cases) {
    const Status checked = CheckSource(each.source, each.run);
    const std::string wanted =
        each.refusal.empty() ? ""
                             : "Invalid model version source: '" + each.source + "'" + each.refusal;
    EXPECT_EQ(checked.ok() ? "" : checked.error().message(), wanted) << each.source;
  }
}

}  // namespace
}  // namespace mooring::api::mlflow
