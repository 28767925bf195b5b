#include <variant>

#include "app/cli/commands.h"
#include "app/cli/output/listing.h"
#include "app/cli/profile/profile_file.h"

namespace mooring::app::cli {
namespace {

Listing ColumnsListing(const data::BatchProfile& profile) {
  Listing listing("mooring.profile/1", {{"column", "name"},
                                        {"kind", "numeric or category"},
                                        {"rows", "counted"},
                                        {"missing", "share of rows"},
                                        {"mean", "numbers only"},
                                        {"deviation", "numbers only"},
                                        {"min", "numbers only"},
                                        {"max", "numbers only"},
                                        {"bins", "ranges, or values with a count of their own"},
                                        {"out_of_range", "share beyond the reference's range"},
                                        {"unseen", "share of values the reference lacks"}});
  for (std::size_t i = 0; i < profile.width(); ++i) {
    const data::ColumnProfile& column = profile.column(i);
    const auto& bins = (*profile.bins())[i].bins;
    const auto* numeric = std::get_if<data::NumericBins>(&bins);
    const auto* category = std::get_if<data::CategoryBins>(&bins);
    const bool valued = numeric != nullptr && column.valid() != 0;
    listing.Add({profile.name(i), numeric != nullptr ? "numeric" : "category", column.rows,
                 column.MissingShare(), valued ? Cell(profile.Mean(i)) : Cell(),
                 valued ? Cell(profile.Deviation(i)) : Cell(), valued ? Cell(column.min) : Cell(),
                 valued ? Cell(column.max) : Cell(),
                 static_cast<std::uint64_t>(numeric != nullptr ? numeric->bins()
                                                               : category->named().size()),
                 numeric != nullptr ? Cell(profile.OutOfRangeShare(i)) : Cell(),
                 category != nullptr ? Cell(profile.UnseenShare(i)) : Cell()});
  }
  return listing;
}

Result<ExitCode> RunShow(Context& context, const Args& args) {
  ASSIGN_OR_RETURN(const data::BatchProfile profile, ProfileNamed(context, args.positional(0)));
  RETURN_IF_ERROR(PrintListing(context, args, ColumnsListing(profile)));
  return ExitCode::kDone;
}

}  // namespace

Command ProfileShowCommand() {
  return {.name = "profile show",
          .summary = "what a profile counted, a row a column",
          .examples = {{"mooring profile show today.json", "a file"},
                       {"mooring profile show flight-cover@3", "the reference of a version"}},
          .arguments = {{.name = "PROFILE",
                         .summary = "file, or MODEL[@VERSION]",
                         .completes = Completes::kFile}},
          .flags = Join({StoreFlags(), OutputFlags()}),
          .run = RunShow};
}

}  // namespace mooring::app::cli
