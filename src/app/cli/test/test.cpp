#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "base/limits.h"
#include "base/text/json_writer.h"
#include "control/alerts/scenario.h"

namespace mooring::app::cli {
namespace {

struct FileResult {
  std::string file;
  std::vector<control::ScenarioResult> scenarios;
};

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
  return out;
}

std::string Joined(const std::vector<std::string>& failures) {
  std::string text;
  for (const std::string& failure : failures) text += (text.empty() ? "" : "\n") + failure;
  return text;
}

std::size_t FailedOf(const FileResult& file) {
  std::size_t failed = 0;
  for (const auto& each : file.scenarios) failed += each.passed() ? 0 : 1;
  return failed;
}

// The JUnit format that CI systems read: a suite a file, a case a scenario.
std::string JUnit(const std::vector<FileResult>& files) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const FileResult& file : files) {
    xml += "  <testsuite name=\"" + Escaped(file.file) + "\" tests=\"" +
           std::to_string(file.scenarios.size()) + "\" failures=\"" +
           std::to_string(FailedOf(file)) + "\">\n";
    for (const auto& each : file.scenarios) {
      xml += "    <testcase classname=\"" + Escaped(file.file) + "\" name=\"" + Escaped(each.name) +
             "\"";
      if (each.passed()) {
        xml += "/>\n";
        continue;
      }
      xml += ">\n      <failure message=\"not as expected\">" + Escaped(Joined(each.failures)) +
             "</failure>\n    </testcase>\n";
    }
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

std::string JsonOf(const std::vector<FileResult>& files) {
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Member("schema", "mooring.test/1").Key("items").BeginArray();
  for (const FileResult& file : files) {
    for (const auto& each : file.scenarios) {
      json.BeginObject().Member("file", file.file).Member("name", each.name);
      json.Member("passed", each.passed()).Member("checks", each.checks);
      json.Key("failures").BeginArray();
      for (const std::string& failure : each.failures) json.Value(failure);
      json.EndArray().EndObject();
    }
  }
  json.EndArray().EndObject();
  return text + "\n";
}

void PrintText(Context& context, const std::vector<FileResult>& files) {
  for (const FileResult& file : files) {
    for (const auto& each : file.scenarios) {
      const std::string_view word = each.passed() ? "pass" : "FAIL";
      context.PrintLine(context.Paint(word, each.passed() ? Colour::kGreen : Colour::kRed) + " " +
                        file.file + ": " + each.name);
      for (const std::string& failure : each.failures) context.PrintLine("  " + failure);
    }
  }
}

Result<ExitCode> RunTest(Context& context, const Args& args) {
  std::vector<FileResult> files;
  std::size_t scenarios = 0, failed = 0;
  for (const std::string& name : args.PositionalsFrom(0)) {
    ASSIGN_OR_RETURN(const std::string text, context.files->ReadFile(name, limits::kContractBytes));
    ASSIGN_OR_RETURN(const auto parsed, control::ParseScenarios(text, name));
    FileResult file{name, {}};
    for (const control::Scenario& scenario : parsed) {
      ASSIGN_OR_RETURN(auto result, control::RunScenario(scenario));
      file.scenarios.push_back(std::move(result));
    }
    scenarios += file.scenarios.size();
    failed += FailedOf(file);
    files.push_back(std::move(file));
  }
  const std::string format = args.Text("output", "text");
  if (format == "junit") {
    context.Print(JUnit(files));
  } else if (format == "json") {
    context.Print(JsonOf(files));
  } else {
    PrintText(context, files);
  }
  context.Hint(std::to_string(scenarios) + " scenarios, " + std::to_string(failed) + " failed");
  return failed == 0 ? ExitCode::kDone : ExitCode::kFindings;
}

}  // namespace

Command TestCommand() {
  return {
      .name = "test",
      .summary = "unit tests of monitoring rules, as data; exits with 1 when one fails",
      .text =
          "A file says what windows found and which alerts, incidents and notifications ought "
          "to\nfollow. It runs on a simulated clock through the code that a server runs.",
      .examples = {{"mooring test tests/scenarios/persistence.yaml", "pass or fail, with a diff"},
                   {"mooring test rules.yaml -o junit", "for CI"}},
      .arguments = {{.name = "FILE",
                     .summary = "scenarios, YAML",
                     .repeated = true,
                     .completes = Completes::kFile}},
      .flags = {{.name = "output",
                 .value = "FORMAT",
                 .summary = "text (default), json or junit",
                 .letter = 'o',
                 .choices = {"text", "json", "junit"}}},
      .run = RunTest};
}

}  // namespace mooring::app::cli
