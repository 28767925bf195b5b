// Listing: what a command found, as rows of named fields, printed in the format that the user
// chose.
//
//   Listing listing("mooring.models/1", {{"name", "model"}, {"versions", "how many"}});
//   listing.Add({"flight-cover", 3});
//   RETURN_IF_ERROR(PrintListing(context, args, listing));
//
// Formats (-o): table for people (aligned, rounded, relative times), plain (TAB between, header
// first, one record a line, nothing rounded), json ({"schema": …, "items": […]}), jsonl (one object
// a line) and csv (RFC 4180, for spreadsheets: text that would run as a formula gets ' in front).
// Times are RFC 3339 UTC everywhere but in tables. A record (one thing with its fields) is a
// listing of one row that shows as "field  value" lines in tables and as one object in json.
//
// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/cli/args.h"
#include "app/cli/context.h"

namespace mooring::app::cli {

// Text that is JSON already; shown as it is.
struct RawJson {
  std::string json;
};

using CellValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Time, RawJson>;

// One value of a row; nothing at all prints as "" (null in json).
struct Cell {
  CellValue value;
  Colour colour = Colour::kPlain;

  Cell() = default;
  Cell(std::string text, Colour paint = Colour::kPlain) : value(std::move(text)), colour(paint) {}
  Cell(std::string_view text) : value(std::string(text)) {}
  Cell(const char* text) : value(std::string(text)) {}
  Cell(bool truth) : value(truth) {}
  Cell(int number) : value(std::int64_t{number}) {}
  Cell(std::uint32_t number) : value(std::int64_t{number}) {}
  Cell(std::int64_t number) : value(number) {}
  Cell(std::uint64_t number) : value(static_cast<std::int64_t>(number)) {}
  Cell(double number) : value(number) {}
  Cell(Time time) : value(time) {}
  Cell(RawJson json) : value(std::move(json)) {}
};

struct FieldName {
  std::string name;
  std::string summary;
  bool in_table = true;  // false: only where a machine reads, or when asked for by --fields
};

struct Listing {
  Listing(std::string schema_name, std::vector<FieldName> names)
      : schema(std::move(schema_name)), fields(std::move(names)) {}
  void Add(std::vector<Cell> row);

  std::string schema;  // "mooring.models/1"
  std::vector<FieldName> fields;
  std::vector<std::vector<Cell>> rows;
  bool record = false;  // one row that is one thing
};

enum class OutputFormat : unsigned char { kTable, kPlain, kJson, kJsonLines, kCsv };

// What -o says, else a table on a terminal and plain elsewhere.
OutputFormat ChosenFormat(const Context& context, const Args& args);

// Prints to stdout. `--fields help` prints the names instead; an unknown field is kInvalidArgument.
Status PrintListing(Context& context, const Args& args, const Listing& listing);
// `members`: what JSON says beside the items ("verdict":"ok","findings":[]); other formats do not.
Status PrintListing(Context& context, const Args& args, const Listing& listing,
                    std::string_view members);

// {…} with these members behind its own.
std::string WithMembers(std::string object, std::string_view members);

// One value for machines: numbers shortest, times RFC 3339.
std::string MachineText(const Cell& cell);

}  // namespace mooring::app::cli
