#include "app/cli/output/error.h"

#include "base/error_table.h"
#include "base/text/json_writer.h"

namespace mooring::app::cli {
namespace {

// Later lines of a part stand under its first.
std::string Indented(const std::string& text, std::size_t columns) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out.append(columns, ' ');
  }
  return out;
}

}  // namespace

std::string ErrorText(const Context& context, const Error& error) {
  const ErrorKind& kind = KindOf(error.code());
  std::string text =
      context.Paint("error:", Colour::kRed, true) + " " + Indented(error.message(), 7) + "\n";
  const auto part = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    text += "  " + context.Paint(std::string(name) + ":", Colour::kDim, true) + " " +
            Indented(value, name.size() + 4) + "\n";
  };
  part("at", error.where());
  part("why", error.why());
  part("help", error.help());
  const std::string dot = context.terminal.utf8 ? " · " : " - ";
  part("code", std::string(kind.name) + dot + "exit " + std::to_string(kind.exit_code) + dot +
                   "mooring help exit-codes");
  return text;
}

std::string ErrorJson(const Error& error) {
  const ErrorKind& kind = KindOf(error.code());
  std::string text;
  JsonWriter json(text);
  json.BeginObject().Key("error").BeginObject();
  json.Member("code", kind.name).Member("exit", kind.exit_code).Member("message", error.message());
  if (!error.where().empty()) json.Member("where", error.where());
  if (!error.why().empty()) json.Member("why", error.why());
  if (!error.help().empty()) json.Member("help", error.help());
  json.EndObject().EndObject();
  return text + "\n";
}

}  // namespace mooring::app::cli
