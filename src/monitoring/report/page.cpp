#include "monitoring/report/page.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/crypto/digest.h"
#include "base/text/utf8.h"
#include "monitoring/report/style.h"

namespace mooring::monitoring {
namespace {

constexpr std::string_view kReplaced = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kNothing = "–";

// U+200E, U+200F, U+202A … U+202E, U+2066 … U+2069 turn the direction of what follows them;
// U+2028 and U+2029 end lines; U+0080 … U+009F are controls of two bytes.
bool IsSly(std::string_view character) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 2) return at(0) == 0xC2 && at(1) < 0xA0;
  if (character.size() != 3 || at(0) != 0xE2) return false;
  if (at(1) == 0x80) return at(2) == 0x8E || at(2) == 0x8F || (at(2) >= 0xA8 && at(2) <= 0xAE);
  return at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9;
}

void AppendCharacter(std::string& out, std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() > 1) {
    out += IsSly(character) ? kReplaced : character;
    return;
  }
  switch (first) {
    case '&': out += "&amp;"; return;
    case '<': out += "&lt;"; return;
    case '>': out += "&gt;"; return;
    case '"': out += "&quot;"; return;
    case '\'': out += "&#39;"; return;
    default: break;
  }
  if (first < 0x20 || first == 0x7F) {
    out += first == '\n' || first == '\t' ? std::string_view(" ") : kReplaced;
  } else {
    out.push_back(character[0]);
  }
}

// What a content security policy calls a script's hash.
std::string Base64(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group =
          (group << 8) | (i + j < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      const bool there = i + j <= bytes.size();
      text.push_back(there ? kDigits[(group >> (18 - 6 * j)) & 63] : '=');
    }
  }
  return text;
}

constexpr std::array<std::string_view, 4> kSigns = {"○", "◐", "▲", "●"};

}  // namespace

std::string Escaped(std::string_view text, std::size_t most) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t characters = 0; !text.empty(); ++characters) {
    if (characters == most) return out + "…";
    const std::size_t bytes = Utf8CharacterBytes(text);
    if (bytes == 0) {
      out += kReplaced;
      text.remove_prefix(1);
      continue;
    }
    AppendCharacter(out, text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return out;
}

std::string Figure(double value) {
  if (std::isnan(value)) return std::string(kNothing);
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size >= 1e6 || size < 1e-4) return fmt::format("{:.2e}", value);
  if (size >= 1000) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}g}", value, size < 1 ? 3 : 4);
}

std::string ShareText(double share) {
  if (std::isnan(share)) return std::string(kNothing);
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  if (share < 1 && share > 0.9995) return "> 99.9 %";
  return fmt::format("{:.1f} %", share * 100);
}

std::string ChanceText(double p_value) {
  if (std::isnan(p_value)) return std::string(kNothing);
  if (p_value < 1e-12) return "< 1e-12";
  if (p_value < 1e-3) return fmt::format("{:.1e}", p_value);
  return fmt::format("{:.3f}", p_value);
}

std::string CountText(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string MomentText(Time time) {
  const std::string full = FormatTime(time);  // 2026-01-31T23:59:59.000001Z
  return full.substr(0, 10) + " " + full.substr(11, 5) + " UTC";
}

std::string_view LevelSign(Level level) { return kSigns[static_cast<std::size_t>(level)]; }

std::string LevelMark(Level level) {
  return fmt::format("<span class=\"level {0}\"><span aria-hidden=\"true\">{1}</span> {0}</span>",
                     LevelName(level), LevelSign(level));
}

std::string NumberCell(double value, const std::string& shown) {
  if (std::isnan(value)) return fmt::format("<td class=\"n\">{}</td>", kNothing);
  return fmt::format("<td class=\"n\" data-v=\"{}\">{}</td>", value, Escaped(shown));
}

std::string TextCell(std::string_view text) { return "<td>" + Escaped(text) + "</td>"; }

std::string Document(std::string_view title, std::string_view body) {
  const Digest digest = Sha256Of(std::as_bytes(std::span(kPageScript)));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}</title>\n<style>{}</style></head>\n<body>\n{}<script>{}</script>\n</body></"
      "html>\n",
      Base64(digest), Escaped(title, 200), kPageStyle, body, kPageScript);
}

}  // namespace mooring::monitoring
