#include "control/delivery/alerts_file.h"

#include <set>

#include "records/contract/yaml_form.h"
#include "records/incidents/incident_limits.h"

namespace mooring::control {
namespace {

using records::PlacedErrors;
using records::Value;
using records::ValueKind;
using records::YamlForm;
using records::YamlNode;

std::chrono::milliseconds MillisecondsOf(const Value& value) { return value.seconds; }

bool IsUrl(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://") || text.starts_with("unix:/");
}

class Reader {
 public:
  Reader(FileSystem& files, PlacedErrors& errors) : files_(files), errors_(errors) {}

  AlertsConfig Read(const YamlNode& root) {
    AlertsConfig config;
    YamlForm form(errors_, root, "");
    const YamlNode* sinks = form.Need("sinks", "a list; [] when nobody is to be told");
    if (sinks != nullptr && !sinks->is_list()) {
      form.Fail("sinks", "must be a list", "each entry starts with '- name:'");
    } else if (sinks != nullptr) {
      for (std::size_t i = 0; i < sinks->items.size() && i <= limits::kSinks; ++i) {
        config.sinks.push_back(SinkOf(sinks->items[i], "sinks[" + std::to_string(i) + "]"));
      }
      if (sinks->items.size() > limits::kSinks) {
        form.Fail("sinks", "too many: at most " + std::to_string(limits::kSinks));
      }
    }
    config.rules = ReadModelRules(form, "rules");
    if (const YamlNode* retry = form.Find("retry")) config.retry = RetryOf(*retry);
    form.Finish();
    return config;
  }

 private:
  SinkConfig SinkOf(const YamlNode& node, const std::string& path) {
    SinkConfig sink;
    YamlForm form(errors_, node, path);
    if (const auto name = form.GetNeeded("name", {ValueKind::kName})) {
      sink.audience.sink = name->text;
      if (!names_.insert(name->text).second) form.Fail("name", "is another sink's name already");
    }
    Kind(form, sink);
    if (const auto least = form.Get("severity", {ValueKind::kChoice, false, "warning|critical"})) {
      sink.audience.severity =
          least->integer == 0 ? records::Severity::kWarning : records::Severity::kCritical;
    }
    sink.audience.models = form.Texts("models");
    if (const auto timeout = form.Get("timeout", {ValueKind::kDuration, false, {}, 1, 300})) {
      sink.timeout = MillisecondsOf(*timeout);
    }
    Secret(form, sink);
    if (const auto resend = form.Get("resend", {ValueKind::kDuration, false, {}, 5, 3600})) {
      sink.resend = MillisecondsOf(*resend);
      if (sink.kind != SinkConfig::Kind::kAlertmanager) {
        form.Fail("resend", "is of alertmanager sinks only");
      }
    }
    form.Finish();
    return sink;
  }

  void Kind(YamlForm& form, SinkConfig& sink) {
    int kinds = 0;
    for (const auto kind : {SinkConfig::Kind::kWebhook, SinkConfig::Kind::kAlertmanager}) {
      const auto url = form.Get(SinkKindName(kind), {ValueKind::kText});
      if (!url) continue;
      ++kinds;
      sink.kind = kind;
      sink.url = url->text;
      if (!IsUrl(url->text)) {
        form.Fail(SinkKindName(kind), "is no URL", "http://…, https://… or unix:/path");
      }
    }
    sink.command = form.Texts("command");
    if (!sink.command.empty()) {
      ++kinds;
      sink.kind = SinkConfig::Kind::kCommand;
      sink.timeout = std::chrono::seconds(30);
    }
    if (kinds != 1) {
      form.Fail("name", "a sink is exactly one of webhook, alertmanager, command",
                "webhook: https://…");
    }
  }

  void Secret(YamlForm& form, SinkConfig& sink) {
    const auto file = form.Get("secret_file", {ValueKind::kText});
    if (!file) return;
    if (sink.kind != SinkConfig::Kind::kWebhook) {
      return form.Fail("secret_file", "is of webhook sinks only");
    }
    auto secret = files_.ReadFile(file->text, limits::kSecretBytes);
    if (!secret.ok()) {
      return form.Fail("secret_file", "cannot be read: " + secret.error().message(),
                       "a file that only the server may read");
    }
    while (secret->ends_with('\n') || secret->ends_with('\r')) secret->pop_back();
    constexpr std::size_t kShortest = 16;
    if (secret->size() < kShortest) {
      return form.Fail("secret_file", "holds fewer than 16 bytes", "openssl rand -hex 32");
    }
    sink.secret = std::move(*secret);
  }

  RetryRule RetryOf(const YamlNode& node) {
    RetryRule retry;
    YamlForm form(errors_, node, "retry");
    constexpr double kHour = 3600, kDay = 24 * kHour;
    if (const auto first = form.Get("first", {ValueKind::kDuration, false, {}, 1, kHour})) {
      retry.first = MillisecondsOf(*first);
    }
    if (const auto longest = form.Get("longest", {ValueKind::kDuration, false, {}, 1, kDay})) {
      retry.longest = MillisecondsOf(*longest);
    }
    if (const auto up =
            form.Get("give_up_after", {ValueKind::kDuration, false, {}, kHour, 30 * kDay})) {
      retry.give_up_after = std::chrono::duration_cast<std::chrono::hours>(up->seconds);
    }
    if (const auto most = form.Get("attempts", {ValueKind::kInteger, false, {}, 1, 100'000})) {
      retry.attempts = static_cast<std::uint32_t>(most->integer);
    }
    if (retry.longest < retry.first) form.Fail("longest", "is shorter than 'first'");
    form.Finish();
    return retry;
  }

  FileSystem& files_;
  PlacedErrors& errors_;
  std::set<std::string> names_;
};

}  // namespace

Result<AlertsConfig> ParseAlerts(std::string_view text, std::string_view name, FileSystem& files) {
  const records::YamlTree tree = records::ReadYaml(text);
  PlacedErrors errors;
  records::AddProblems(tree, errors);
  AlertsConfig config;
  if (tree.problems.empty()) config = Reader(files, errors).Read(tree.root);
  RETURN_IF_ERROR(records::Together(std::move(errors), name));
  return config;
}

Result<AlertsConfig> ReadAlertsFile(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path, limits::kContractBytes));
  return ParseAlerts(text, path, files);
}

}  // namespace mooring::control
