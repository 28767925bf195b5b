#include "monitoring/report/drift_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "monitoring/report/charts.h"
#include "monitoring/report/page.h"
#include "monitoring/report/summary.h"

namespace mooring::monitoring {
namespace {

constexpr std::size_t kCardPoints = 30;

using Features = std::vector<const FeatureDrift*>;

// Drifted first, then by distance; the order of a reader who has a minute.
Features WorstFirst(const WindowReport& report) {
  Features features;
  for (const FeatureDrift& feature : report.features) features.push_back(&feature);
  const auto key = [](const FeatureDrift* f) {
    return std::tuple(f->drifted, f->level, std::isnan(f->psi_adjusted) ? -1e308 : f->psi_adjusted);
  };
  std::ranges::stable_sort(features, [&](auto* a, auto* b) { return key(a) > key(b); });
  return features;
}

using FeatureHistory =
    std::map<std::string_view, std::vector<std::pair<Time, const FeatureDrift*>>, std::less<>>;

FeatureHistory ByFeature(const std::vector<WindowReport>& history) {
  FeatureHistory by;
  const std::size_t skip = history.size() - std::min(history.size(), kPointsDrawn);
  for (std::size_t i = skip; i < history.size(); ++i) {
    for (const FeatureDrift& feature : history[i].features) {
      by[feature.feature].emplace_back(history[i].end, &feature);
    }
  }
  return by;
}

std::string VerdictMark(const FeatureDrift& feature) {
  if (feature.level != Level::kClear || !feature.drifted) return LevelMark(feature.level);
  return LevelMark(Level::kAlert);
}

std::string RuleText(bool drifted) { return drifted ? "drift" : "ok"; }

std::string FeatureRow(const FeatureDrift& f, std::size_t place) {
  const std::string name = Escaped(f.feature, 128);
  const std::string shown =
      place < kCardsShown ? fmt::format("<a href=\"#f{}\">{}</a>", place, name) : name;
  return fmt::format("<tr data-feature=\"{}\"><td>{}</td><td data-v=\"{}\">{}</td>", name, shown,
                     static_cast<int>(f.level) + (f.drifted ? 4 : 0), VerdictMark(f)) +
         NumberCell(f.psi_adjusted, Figure(f.psi_adjusted)) + NumberCell(f.psi, Figure(f.psi)) +
         NumberCell(f.q_value, ChanceText(f.q_value)) +
         NumberCell(f.p_value, ChanceText(f.p_value)) + TextCell(f.test) +
         NumberCell(f.js, Figure(f.js)) + NumberCell(f.ks, Figure(f.ks)) +
         NumberCell(f.wasserstein, Figure(f.wasserstein)) + TextCell(RuleText(f.psi_drifted)) +
         TextCell(RuleText(f.p_drifted)) +
         NumberCell(static_cast<double>(f.rows), CountText(f.rows)) + "</tr>";
}

std::string FeatureTable(const Features& features) {
  std::string html =
      "<div class=\"tools\"></div><div class=\"scroll\"><table class=\"sorts\"><thead><tr>" +
      Heads({"feature", "level", "#PSI adjusted", "#PSI", "#q", "#p", "test", "#JS", "#KS", "#W1",
             "PSI rule", "p rule", "#rows"}) +
      "</tr></thead><tbody>";
  const std::size_t shown = std::min(features.size(), kRowsShown);
  for (std::size_t i = 0; i < shown; ++i) html += FeatureRow(*features[i], i);
  html += "</tbody></table></div>\n";
  if (shown < features.size()) {
    html += fmt::format("<p class=\"dim\">The {} worst of {} features; the JSON has all.</p>",
                        shown, features.size());
  }
  return html;
}

std::string CardFigures(const FeatureDrift& f) {
  std::string html = "<dl>";
  const auto add = [&](std::string_view name, const std::string& value) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>", name, Escaped(value));
  };
  add("PSI adjusted", Figure(f.psi_adjusted));
  add("q", ChanceText(f.q_value));
  if (!std::isnan(f.mean) || !std::isnan(f.reference_mean)) {
    add("mean now", Figure(f.mean));
    add("mean before", Figure(f.reference_mean));
  }
  add("missing now", ShareText(f.missing_share));
  add("missing before", ShareText(f.reference_missing_share));
  if (f.unseen_share > 0 || f.out_of_range_share > 0) {
    add("unseen", ShareText(f.unseen_share));
    add("out of range", ShareText(f.out_of_range_share));
  }
  add("rows now", CountText(f.rows));
  add("rows before", CountText(f.reference_rows));
  return html + "</dl>";
}

std::string Captioned(const std::string& svg, std::string_view caption) {
  if (svg.empty()) return {};
  return "<figure>" + svg + "<figcaption>" + std::string(caption) + "</figcaption></figure>";
}

std::string CardCharts(const ReportInput& input, const FeatureDrift& f,
                       const FeatureHistory& history) {
  const auto found = history.find(f.feature);
  if (found == history.end()) return {};
  Series psi{.name = "adjusted PSI of " + f.feature, .limit = input.rule.psi, .most = kCardPoints};
  Series q{.name = "q of " + f.feature,
           .limit = input.rule.p_value,
           .limit_name = "level",
           .below_is_bad = true,
           .most = kCardPoints,
           .chances = true};
  for (const auto& [at, past] : found->second) {
    psi.points.push_back({.at = at, .value = past->psi_adjusted});
    q.points.push_back({.at = at, .value = past->q_value});
  }
  return Captioned(LineOverTime(psi), "adjusted PSI, window after window") +
         Captioned(LineOverTime(q), "q: lower is surer");
}

std::string Card(const ReportInput& input, const FeatureDrift& f, std::size_t place,
                 const FeatureHistory& history) {
  return fmt::format("<article class=\"card{}\" id=\"f{}\" data-feature=\"{}\"><h3>{} {}</h3>",
                     f.drifted ? " drift" : "", place, Escaped(f.feature, 128),
                     Escaped(f.feature, 128), VerdictMark(f)) +
         Captioned(OverlaidBars(f.feature, f.bars),
                   "<span class=\"key ref\"></span>reference (wide)"
                   "<span class=\"key cur\"></span>current (narrow), shares of rows") +
         CardCharts(input, f, history) + CardFigures(f) + "</article>\n";
}

std::string OverTime(const ReportInput& input) {
  Series share{
      .name = "share of drifted features", .limit = input.rule.share, .limit_name = "allowed"};
  for (const WindowReport& past : input.history) {
    share.points.push_back({.at = past.end,
                            .value = past.drifted_share,
                            .hollow = past.verdict == WindowVerdict::kNotEnoughData});
  }
  const std::string chart = LineOverTime(share);
  if (chart.empty()) return {};
  return "<div class=\"cards\"><div class=\"card\">" +
         Captioned(chart, "share of drifted features, window after window; hollow: too few rows") +
         "</div></div>\n";
}

std::string_view PolicyText(records::DriftPolicy policy) {
  switch (policy) {
    case records::DriftPolicy::kPsi: return "PSI above the bound";
    case records::DriftPolicy::kPValue: return "p below the level";
    default: return "significant after correction over all features, and big";
  }
}

std::string Rules(const ReportInput& input) {
  const WindowReport& report = *input.drift;
  return fmt::format(
      "<p>A feature drifts when it is: {} (PSI bound {}, level {}). Drifted: {} of the features; "
      "by "
      "the plain PSI rule {}, by the plain p rule {}; allowed {}.</p>",
      PolicyText(report.policy), Figure(input.rule.psi), Figure(input.rule.p_value),
      Escaped(ShareText(report.drifted_share)), Escaped(ShareText(report.psi_share)),
      Escaped(ShareText(report.p_share)), Escaped(ShareText(input.rule.share)));
}

// Features with anything missing, unseen or out of range.
std::string Damage(const Features& features) {
  std::string rows;
  std::size_t shown = 0;
  for (const FeatureDrift* f : features) {
    const bool any = f->missing_share > 0 || f->reference_missing_share > 0 ||
                     f->unseen_share > 0 || f->out_of_range_share > 0;
    if (!any || shown++ >= kRowsShown) continue;
    rows += "<tr>" + TextCell(f->feature) +
            NumberCell(f->missing_share, ShareText(f->missing_share)) +
            NumberCell(f->reference_missing_share, ShareText(f->reference_missing_share)) +
            NumberCell(f->unseen_share, ShareText(f->unseen_share)) +
            NumberCell(f->out_of_range_share, ShareText(f->out_of_range_share)) + "</tr>";
  }
  if (rows.empty()) {
    return "<h2 id=\"damage\">What came in damaged</h2><p>No value is missing, unseen or out of "
           "the "
           "reference's range.</p>\n";
  }
  return "<h2 id=\"damage\">What came in damaged</h2><div class=\"scroll\"><table class=\"sorts\">"
         "<thead><tr>" +
         Heads({"feature", "#missing", "#missing before", "#unseen", "#out of range"}) +
         "</tr></thead><tbody>" + rows + "</tbody></table></div>\n";
}

std::string Slices(const WindowReport& report) {
  if (report.slices.empty()) return {};
  std::string html =
      "<h2 id=\"slices\">Slices</h2><div class=\"scroll\"><table class=\"sorts\"><thead>"
      "<tr>" +
      Heads({"slice", "verdict", "#rows", "#share", "#share before", "#drifted features",
             "farthest feature", "#PSI adjusted", "#q"}) +
      "</tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(report.slices.size(), kRowsShown); ++i) {
    const SliceDrift& s = report.slices[i];
    html += "<tr>" + TextCell(s.slice) + TextCell(VerdictName(s.verdict)) +
            NumberCell(static_cast<double>(s.rows), CountText(s.rows)) +
            NumberCell(s.share, ShareText(s.share)) +
            NumberCell(s.reference_share, ShareText(s.reference_share)) +
            NumberCell(s.drifted_features, CountText(s.drifted_features)) + TextCell(s.feature) +
            NumberCell(s.psi_adjusted, Figure(s.psi_adjusted)) +
            NumberCell(s.q_value, ChanceText(s.q_value)) + "</tr>";
  }
  return html + "</tbody></table></div>\n";
}

std::string Pairs(const WindowReport& report) {
  if (report.pairs.empty()) return {};
  std::string html =
      "<h2 id=\"pairs\">Pairs whose correlation changed</h2><div class=\"scroll\">"
      "<table class=\"sorts\"><thead><tr>" +
      Heads({"first", "second", "level", "#r before", "#r now", "#change", "#q"}) +
      "</tr></thead><tbody>";
  for (std::size_t i = 0; i < std::min(report.pairs.size(), kRowsShown); ++i) {
    const PairChange& pair = report.pairs[i];
    const double change = pair.current - pair.reference;
    html += "<tr>" + TextCell(pair.first) + TextCell(pair.second) + "<td>" + LevelMark(pair.level) +
            "</td>" + NumberCell(pair.reference, Figure(pair.reference)) +
            NumberCell(pair.current, Figure(pair.current)) + NumberCell(change, Figure(change)) +
            NumberCell(pair.q_value, ChanceText(pair.q_value)) + "</tr>";
  }
  return html + "</tbody></table></div>\n";
}

std::string AllTogether(const WindowReport& report) {
  if (report.multivariate.empty()) return {};
  std::string html =
      "<h2 id=\"together\">All features together</h2><div class=\"scroll\"><table><thead>"
      "<tr>" +
      Heads({"method", "level", "#now", "#before", "#bound", "#p", "driven by"}) +
      "</tr></thead><tbody>";
  for (const MultivariateDrift& all : report.multivariate) {
    std::string drivers;
    for (std::size_t i = 0; i < std::min<std::size_t>(all.drivers.size(), 10); ++i) {
      drivers += (i == 0 ? "" : ", ") + all.drivers[i];
    }
    html += "<tr>" + TextCell(all.method) + "<td>" + LevelMark(all.level) + "</td>" +
            NumberCell(all.value, Figure(all.value)) +
            NumberCell(all.reference, Figure(all.reference)) +
            NumberCell(all.threshold, Figure(all.threshold)) +
            NumberCell(all.p_value, ChanceText(all.p_value)) + TextCell(drivers) + "</tr>";
  }
  return html + "</tbody></table></div>\n";
}

}  // namespace

std::string Heads(std::initializer_list<std::string_view> names) {
  std::string html;
  for (const std::string_view name : names) {
    const bool number = name.starts_with('#');
    html += number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">";
    html += name.substr(number ? 1 : 0);
    html += "</th>";
  }
  return html;
}

std::string DriftSections(const ReportInput& input) {
  const WindowReport& report = *input.drift;
  const Features features = WorstFirst(report);
  const FeatureHistory history = ByFeature(input.history);
  std::string html = "<h2 id=\"features\">Features</h2>" + Rules(input) + OverTime(input) +
                     FeatureTable(features) + "<h2 id=\"charts\">Reference and current</h2>";
  if (features.size() > kCardsShown) {
    html += fmt::format("<p class=\"dim\">Charts of the {} worst of {} features.</p>", kCardsShown,
                        features.size());
  }
  html += "<div class=\"cards\">";
  for (std::size_t i = 0; i < std::min(features.size(), kCardsShown); ++i) {
    html += Card(input, *features[i], i, history);
  }
  html += "</div>\n";
  return html + Damage(features) + Slices(report) + Pairs(report) + AllTogether(report);
}

}  // namespace mooring::monitoring
