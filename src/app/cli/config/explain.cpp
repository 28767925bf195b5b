#include <algorithm>

#include "app/cli/args.h"
#include "app/cli/commands.h"
#include "app/cli/context.h"
#include "app/cli/output/listing.h"
#include "base/text/nearest.h"
#include "records/contract/keys.h"

namespace mooring::app::cli {
namespace {

constexpr std::string_view kSettingOf = "mooring.yaml";
constexpr std::string_view kContractOf = "contract";

Listing KeysListing(bool one) {
  Listing listing("mooring.setting/1", {{"key", "setting, or key of a contract"},
                                        {"of", "mooring.yaml or contract", one},
                                        {"summary", "what it means"},
                                        {"value", "what it must be", one},
                                        {"default", "when nobody says otherwise"},
                                        {"variable", "environment", one}});
  listing.record = one;
  return listing;
}

void AddSetting(const Setting& setting, Listing& listing) {
  listing.Add({setting.key, kSettingOf, setting.summary, Describe(setting), setting.fallback,
               EnvironmentName(setting.key)});
}

void AddContractKey(const records::ContractKey& key, Listing& listing) {
  std::string meaning(key.meaning);
  if (!key.enforced) meaning += " Not enforced yet.";
  listing.Add({key.path, kContractOf, std::move(meaning), records::DescribeKind(key.value),
               key.required ? std::string_view("required") : key.default_text, Cell()});
}

Result<ExitCode> ExplainAll(Context& context, const Args& args) {
  Listing listing = KeysListing(false);
  for (const Setting& setting : AllSettings()) AddSetting(setting, listing);
  for (const records::ContractKey& key : records::ContractKeys()) AddContractKey(key, listing);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

Error Unknown(const std::string& key) {
  std::vector<std::string_view> names;
  for (const Setting& known : AllSettings()) names.push_back(known.key);
  for (const records::ContractKey& known : records::ContractKeys()) names.push_back(known.path);
  return Error(Code::kNotFound, "no setting and no key of a contract '" + key + "'")
      .Why(DidYouMean(key, names))
      .Help("mooring config explain lists all");
}

bool IsBelow(std::string_view path, std::string_view section) {
  if (!path.starts_with(section) || path.size() == section.size()) return false;
  return path[section.size()] == '.' || path[section.size()] == '[';
}

std::vector<const Setting*> FindSettings(std::string_view key) {
  std::vector<const Setting*> found;
  for (const Setting& known : AllSettings()) {
    if (known.key == key || IsBelow(known.key, key)) found.push_back(&known);
  }
  return found;
}

std::vector<const records::ContractKey*> FindContractKeys(std::string_view key) {
  std::vector<const records::ContractKey*> found;
  const records::ContractKey* exact = records::ExplainContractKey(key);
  if (exact != nullptr) {
    found.push_back(exact);
    key = exact->path;
  }
  for (const records::ContractKey& known : records::ContractKeys()) {
    if (IsBelow(known.path, key)) found.push_back(&known);
  }
  return found;
}

// A key, and what may stand below it: `owner` with `owner.team`.
Result<ExitCode> RunExplain(Context& context, const Args& args) {
  if (args.positionals() == 0) return ExplainAll(context, args);
  const std::string& key = args.positional(0);
  const auto settings = FindSettings(key);
  const auto contract_keys = FindContractKeys(key);
  if (settings.empty() && contract_keys.empty()) return Unknown(key);
  Listing listing = KeysListing(settings.size() + contract_keys.size() == 1);
  for (const Setting* setting : settings) AddSetting(*setting, listing);
  for (const records::ContractKey* known : contract_keys) AddContractKey(*known, listing);
  RETURN_IF_ERROR(PrintListing(context, args, listing));
  return ExitCode::kDone;
}

}  // namespace

Command ConfigExplainCommand() {
  return {.name = "config explain",
          .summary = "say what a setting or a key of a contract means",
          .text = "Without KEY: all of them.",
          .examples = {{"mooring config explain journal.ack", "one setting"},
                       {"mooring config explain owner", "a section of contracts"},
                       {"mooring config explain", "everything"}},
          .arguments = {{.name = "KEY",
                         .summary = "such as listen.port, or inputs.*.min",
                         .required = false}},
          .flags = OutputFlags(),
          .run = RunExplain,
          .needs_settings = false};
}

}  // namespace mooring::app::cli
