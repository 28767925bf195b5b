#include "records/contract/yaml_form.h"

#include <gtest/gtest.h>

namespace mooring::records {
namespace {

// Errors of a text read for a name, a number from 1 to 9 and a list, a line each.
std::string ErrorsOf(std::string_view text) {
  const YamlTree tree = ReadYaml(text);
  PlacedErrors errors;
  AddProblems(tree, errors);
  YamlForm form(errors, tree.root, "");
  form.GetNeeded("name", {ValueKind::kName});
  form.Get("count", {ValueKind::kInteger, false, {}, 1, 9});
  form.Texts("words");
  form.Finish();
  const Status all = Together(std::move(errors), "f.yaml");
  return all.ok() ? "" : all.error().message();
}

TEST(YamlForm, ReadsWhatIsAskedFor) {
  const YamlTree tree = ReadYaml("name: pager\ncount: 3\nwords: [a, b]\none: c\n");
  PlacedErrors errors;
  YamlForm form(errors, tree.root, "top");
  EXPECT_EQ(form.Get("name", {ValueKind::kName})->text, "pager");
  EXPECT_EQ(form.Get("count", {ValueKind::kInteger})->integer, 3);
  EXPECT_EQ(form.Texts("words"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(form.Texts("one"), std::vector<std::string>{"c"});
  EXPECT_FALSE(form.Get("absent", {ValueKind::kText}).has_value());
  EXPECT_EQ(form.PathOf("x"), "top.x");
  form.Finish();
  EXPECT_EQ(errors.count(), 0u);
}

TEST(YamlForm, TellsEveryErrorWithItsPlace) {
  EXPECT_EQ(ErrorsOf("name: a\n"), "");
  EXPECT_TRUE(ErrorsOf("count: 3\n").starts_with("f.yaml:1:1: name: is required"));
  EXPECT_NE(ErrorsOf("name: a\ncout: 3\n")
                .find("f.yaml:2:1: cout: unknown key; did you mean "
                      "'count'?"),
            std::string::npos);
  EXPECT_NE(ErrorsOf("name: a\ncount: 10\n").find("f.yaml:2:8: count:"), std::string::npos);
  EXPECT_NE(ErrorsOf("name: [a]\n").find("single value"), std::string::npos);
  EXPECT_NE(ErrorsOf("name: a\nwords: {x: 1}\n").find("list of texts"), std::string::npos);
  EXPECT_NE(ErrorsOf("- a\n").find("must be a map"), std::string::npos);
  EXPECT_NE(ErrorsOf("name: a\nname: b\n").find("second time"), std::string::npos);
}

}  // namespace
}  // namespace mooring::records
