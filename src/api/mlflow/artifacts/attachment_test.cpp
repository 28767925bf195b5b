#include "api/mlflow/artifacts/attachment.h"

#include <gtest/gtest.h>

namespace mooring::api::mlflow {
namespace {

TEST(Attachment, TypesComeFromNamesAndNoneRuns) {
  EXPECT_EQ(MediaType("x.txt"), "text/plain; charset=utf-8");
  EXPECT_EQ(MediaType("MLmodel"), "text/plain; charset=utf-8");
  EXPECT_EQ(MediaType("input_example.JSON"), "text/plain; charset=utf-8");
  EXPECT_EQ(MediaType("plot.png"), "image/png");
  for (const char* name : {"page.html", "x.svg", "x.js", "model.ubj", "x", "", ".", "x.tar.bz2"})
    EXPECT_EQ(MediaType(name), "application/octet-stream") << name;
}

TEST(Attachment, NamesStayNames) {
  EXPECT_EQ(Disposition("model.ubj"), "attachment; filename=model.ubj");
  EXPECT_EQ(Disposition("a b.txt"), "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt");
  EXPECT_EQ(Disposition("a\"; x=\"b"),
            "attachment; filename=\"a_; x=_b\"; filename*=UTF-8''a%22%3B%20x%3D%22b");
  EXPECT_EQ(Disposition("\xD1\x84.txt"),
            "attachment; filename=\"__.txt\"; filename*=UTF-8''%D1%84.txt");
  EXPECT_EQ(Attachment("x").headers.at(1).second, "nosniff");
}

}  // namespace
}  // namespace mooring::api::mlflow
