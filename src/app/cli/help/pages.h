// Help pages, made from the table of commands and from the tables of settings and errors. Examples
// first. Thread safety: pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/cli/command.h"
#include "app/cli/context.h"

namespace mooring::app::cli {

std::string VersionLine();                         // "mooring 0.1.0"
std::string OverviewPage(const Context& context);  // `mooring help`
std::string NounPage(const Context& context, std::string_view noun);
std::string CommandPage(const Context& context, const Command& command);

// "mooring version promote MODEL VERSION [flags]".
std::string UsageLine(const Command& command);

struct Topic {
  std::string_view name;
  std::string_view summary;
  std::string (*page)(const Context&);
};
std::span<const Topic> AllTopics();

}  // namespace mooring::app::cli
