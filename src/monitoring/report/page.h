// Page: the words and the dress of the HTML report: escaping, numbers for people, marks of levels,
// the style sheet and the little script. What stands on the page is put together in html_report.h.
//
// Everything that comes from outside (names of features, categories, reasons) goes through Escaped;
// a page is safe when no other text reaches it. Thread safety: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "monitoring/finding.h"

namespace mooring::monitoring {

// Text for an element or a quoted attribute: & < > " ' are entities; control characters, marks that
// turn the direction of writing, and bytes that are not UTF-8 become U+FFFD. Longer texts end
// with "…" after `most` characters.
std::string Escaped(std::string_view text, std::size_t most = 400);

// A number for people: four digits, thousands apart from a million on as 1.23e+06; "–" for NaN.
std::string Figure(double value);
// "12.3 %"; "–" for NaN; "< 0.1 %" for what is not nothing.
std::string ShareText(double share);
// "0.031", "< 1e-12"; "–" for NaN.
std::string ChanceText(double p_value);
std::string CountText(std::uint64_t count);  // "1,234,567"
// "2026-01-31 23:59 UTC".
std::string MomentText(Time time);

// "<span class="level alert">● alert</span>": a mark and a word, so that colour is never alone.
std::string LevelMark(Level level);
std::string_view LevelSign(Level level);  // "●", "▲", "◐", "○"

// A cell of a table: "<td class="n" data-v="0.43">0.43</td>"; the value is what sorting reads.
std::string NumberCell(double value, const std::string& shown);
std::string TextCell(std::string_view text);  // escapes

// The document around a body: head with the style, its own rule against every network access, and
// the script that sorts and filters tables.
std::string Document(std::string_view title, std::string_view body);

}  // namespace mooring::monitoring
