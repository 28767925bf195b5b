// The compiled form against a walk of the tree: random expressions, printed and compiled, must give
// what the tree gives.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "base/rng.h"
#include "data/expression/expression.h"
#include "data/expression/program.h"

namespace mooring::data {
namespace {

struct Node {
  std::string spelling;  // of a leaf or operation
  double value = 0;      // of a leaf
  std::vector<Node> children;
};

constexpr double kNull = std::numeric_limits<double>::quiet_NaN();

class Trees {
 public:
  explicit Trees(std::uint64_t seed) : rng_(seed) {}

  Node Number(int depth) {
    if (depth == 0) return Leaf();
    const std::string_view op = Pick({"+", "-", "*", "/", "%", "if", "min", "max", "neg", "abs",
                                      "floor", "ceil", "round", "log", "exp"});
    Node node{.spelling = std::string(op), .value = 0, .children = {}};
    if (op == "if") node.children.push_back(Condition(depth - 1));
    const bool unary = op == "neg" || op == "abs" || op == "floor" || op == "ceil" ||
                       op == "round" || op == "log" || op == "exp";
    for (int i = 0; i < (unary ? 1 : 2); ++i) node.children.push_back(Number(depth - 1));
    return node;
  }

  Node Condition(int depth) {
    const std::string_view op = Pick({"<", "<=", ">", ">=", "==", "!=", "and", "or", "not"});
    Node node{.spelling = std::string(op), .value = 0, .children = {}};
    const bool logic = depth > 0 && (op == "and" || op == "or" || op == "not");
    if (!logic && (op == "and" || op == "or" || op == "not")) node.spelling = "<";
    for (int i = 0; i < (op == "not" && logic ? 1 : 2); ++i) {
      node.children.push_back(logic ? Condition(depth - 1) : Number(std::max(depth - 1, 0)));
    }
    return node;
  }

 private:
  std::string_view Pick(std::initializer_list<std::string_view> from) {
    return from.begin()[rng_.Below(from.size())];
  }
  Node Leaf() {
    if (rng_.Below(8) == 0) return {.spelling = "nothing", .value = kNull, .children = {}};
    if (rng_.Below(3) == 0) return {.spelling = "x", .value = 2.5, .children = {}};
    const auto whole = static_cast<double>(rng_.Below(6));
    return {.spelling = std::to_string(static_cast<int>(whole)), .value = whole, .children = {}};
  }
  Rng rng_;
};

bool IsName(const std::string& op) { return std::isalpha(static_cast<unsigned char>(op[0])) != 0; }

std::string Print(const Node& node) {
  if (node.children.empty()) return node.spelling;
  const auto child = [&](std::size_t i) { return "(" + Print(node.children[i]) + ")"; };
  if (node.spelling == "neg") return "-" + child(0);
  if (node.spelling == "not") return "not " + child(0);
  if (node.spelling == "and" || node.spelling == "or" || !IsName(node.spelling)) {
    return child(0) + " " + node.spelling + " " + child(1);
  }
  std::string call = node.spelling + "(";
  for (std::size_t i = 0; i < node.children.size(); ++i)
    call += (i == 0 ? "" : ", ") + Print(node.children[i]);
  return call + ")";
}

double Walk(const Node& node);

double WalkLogic(const std::string& op, double a, double b) {
  const bool known = !std::isnan(a) && !std::isnan(b);
  if (op == "and") return a == 0 || b == 0 ? 0 : (known ? 1 : kNull);
  return a == 1 || b == 1 ? 1 : (known ? 0 : kNull);
}

double WalkValues(const std::string& op, double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return kNull;
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "/") return b == 0 ? kNull : a / b;
  if (op == "%") return b == 0 ? kNull : std::fmod(a, b);
  if (op == "min") return std::fmin(a, b);
  if (op == "max") return std::fmax(a, b);
  if (op == "neg") return -a;
  if (op == "abs") return std::fabs(a);
  if (op == "floor") return std::floor(a);
  if (op == "ceil") return std::ceil(a);
  if (op == "round") return a < 0 ? -std::floor(0.5 - a) : std::floor(a + 0.5);
  if (op == "log") return a > 0 ? std::log(a) : kNull;
  if (op == "exp") return std::exp(a);
  if (op == "not") return 1 - a;
  const int order = a < b ? -1 : (a > b ? 1 : 0);
  if (op == "<") return order < 0;
  if (op == "<=") return order <= 0;
  if (op == ">") return order > 0;
  if (op == ">=") return order >= 0;
  return (op == "==") == (order == 0);
}

double Walk(const Node& node) {
  if (node.children.empty()) return node.value;
  const double a = Walk(node.children[0]);
  const double b = node.children.size() > 1 ? Walk(node.children[1]) : 0;
  if (node.spelling == "if") return std::isnan(a) ? kNull : (a != 0 ? b : Walk(node.children[2]));
  if (node.spelling == "and" || node.spelling == "or") return WalkLogic(node.spelling, a, b);
  const double value = WalkValues(node.spelling, a, b);
  return std::isfinite(value) ? value : kNull;
}

TEST(ExpressionDifferential, CompiledEqualsWalkedTrees) {
  const auto schema =
      std::make_shared<const Schema>(Schema::Make({{.name = "x"}, {.name = "nothing"}}).value());
  Batch row(schema);
  row.column(0).Append(2.5);
  row.column(1).AppendNull();
  row.SetRows(1);
  int values = 0;
  for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
    Trees trees(seed);
    const Node tree = seed % 2 == 0 ? trees.Number(4) : trees.Condition(4);
    const std::string text = Print(tree);
    if (text.size() > 4096) continue;
    const auto expression = Expression::Compile(text, *schema);
    ASSERT_TRUE(expression.ok()) << text << expression.error().ToString();
    const double expected = Walk(tree);
    const auto value = expression->Evaluate(row, 0);
    ASSERT_EQ(value.has_value(), !std::isnan(expected)) << text;
    if (value.has_value()) {
      ++values;
      ASSERT_EQ(*value, expected) << text;
    }
    // Exact money of the same tree agrees within rounding where doubles are good for it.
    const auto money = expression->EvaluateMoney(row, 0);
    if (money.ok() && money->has_value() && std::abs(expected) < 1e9) {
      ASSERT_NEAR(static_cast<double>(**money), expected * 100, 0.51) << text;
    }
  }
  EXPECT_GT(values, 1000);
}

}  // namespace
}  // namespace mooring::data
