// Every way a contract can be wrong that we know of: one line of a good contract is replaced (or
// one is added as the 7th), and all errors must come with their exact place, words and help.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "records/contract/contract.h"

namespace mooring::records {
namespace {

constexpr std::array<std::string_view, 6> kGood = {
    "model: flight-cover",
    "owner: {team: pricing}",
    "inputs:",
    "  distance: {type: int32, min: 0, max: 6000}",
    "  origin: {type: category, from: reference}",
    "output: {name: probability, task: binary, positive: late}",
};

struct WrongContract {
  std::size_t line;  // replaced; 7 adds one
  std::string_view text;
  std::string_view errors;  // "line:column: path: message; help", one a line
};

constexpr auto kWrong = std::to_array<WrongContract>({
    {1, "", "2:1: model: is required; name of letters, digits, '.', '_', '-'"},
    {1, "model: \"a/b\"",
     "1:8: model: 'a/b' is not a name; letters, digits, '.', '_', '-'; first a letter or digit"},
    {1, "model: .hidden",
     "1:8: model: '.hidden' is not a name; letters, digits, '.', '_', '-'; first a letter or "
     "digit"},
    {1, "model: [a]", "1:8: model: is a list; name of letters, digits, '.', '_', '-'"},
    {1, "model: {a: b}", "1:8: model: is a map; name of letters, digits, '.', '_', '-'"},
    {1, "model:", "1:1: model: has no value; name of letters, digits, '.', '_', '-'"},
    {1, "modle: flight-cover",
     "1:1: modle: unknown key; did you mean 'model'?\n1:1: model: is required; name of "
     "letters, digits, '.', '_', '-'"},
    {2, "", "1:1: owner: is required; map"},
    {2, "owner: {}",
     "2:1: owner: names nobody; nothing serves without an owner: give team or person"},
    {2, "owner: {escalation: pager}",
     "2:1: owner: names nobody; nothing serves without an owner: give team or person"},
    {2, "owner: pricing", "2:8: owner: is not a map; write keys and values below it"},
    {2, "owner: {team: \"\"}", "2:15: owner.team: is empty"},
    {2, "owner: {person: somebody}",
     "2:17: owner.person: 'somebody' is not an e-mail address; such as name@example.org"},
    {2, "owner: {person: a@b}",
     "2:17: owner.person: 'a@b' is not an e-mail address; such as name@example.org"},
    {2, "owner: {team: a, tema: b}", "2:18: owner.tema: unknown key; did you mean 'team'?"},
    {3, "inputs: {}\nx:", "3:1: inputs: holds no column\n4:1: x: unknown key"},
    {3, "input:", "1:1: inputs: is required; map\n3:1: input: unknown key; did you mean 'inputs'?"},
    {4, "  distance: {min: 0}",
     "4:13: inputs.distance.type: is required; int32, int64, float32, float64, bool, string, "
     "category, timestamp"},
    {4, "  distance: int23",
     "4:13: inputs.distance: 'int23' is not known here; did you mean 'int32'?"},
    {4, "  distance: {type: decimal}",
     "4:20: inputs.distance.type: 'decimal' is not known here; one of int32, int64, float32, "
     "float64, bool, string, category, timestamp"},
    {4, "  distance:", "4:3: inputs.distance: has no value; map"},
    {4, "  distance: {type: int32, min: 10, max: 5}",
     "4:36: inputs.distance.max: 5 is below min 10"},
    {4, "  distance: {type: int32, min: 0.5}",
     "4:27: inputs.distance.min: 0.5 is no value of a column of type int32"},
    {4, "  distance: {type: int32, max: 3000000000}",
     "4:27: inputs.distance.max: 3000000000 is no value of a column of type int32"},
    {4, "  distance: {type: int32, min: \"0\"}",
     "4:32: inputs.distance.min: '0' is text; a number has no quotes"},
    {4, "  distance: {type: int32, min: zero}",
     "4:32: inputs.distance.min: 'zero' is not a number"},
    {4, "  distance: {type: int32, min: .inf}",
     "4:32: inputs.distance.min: '.inf' is not a number"},
    {4, "  distance: {type: int32, min: 1e999}",
     "4:32: inputs.distance.min: '1e999' is not a number"},
    {4, "  distance: {type: int32, mim: 0}",
     "4:27: inputs.distance.mim: unknown key; did you mean 'min'?"},
    {4, "  distance: {type: int32, pattern: \"a\"}",
     "4:27: inputs.distance.pattern: a column of type int32 is not text; type string or "
     "category"},
    {4, "  distance: {type: int32, unseen: flag}",
     "4:27: inputs.distance.unseen: a column of type int32 has no categories; type category"},
    {4, "  distance: {type: bool, min: 0}",
     "4:26: inputs.distance.min: a column of type bool has no order; use one_of, pattern or "
     "max_length"},
    {4, "  distance: {type: string, pattern: \"[a-\"}",
     "4:37: inputs.distance.pattern: is no regular expression: missing ]: [a-; RE2 syntax; no "
     "back-references or look-around"},
    {4, "  distance: {type: string, pattern: \"(?=x)\"}",
     "4:37: inputs.distance.pattern: is no regular expression: invalid perl operator: (?=; RE2 "
     "syntax; no back-references or look-around"},
    {4, "  distance: {type: string, max_length: 0}",
     "4:40: inputs.distance.max_length: '0' is below 1"},
    {4, "  distance: {type: string, max_length: 2.5}",
     "4:40: inputs.distance.max_length: '2.5' is not a whole number"},
    {4, "  distance: {type: string, one_of: []}", "4:36: inputs.distance.one_of: is an empty list"},
    {4, "  distance: {type: string, one_of: a}",
     "4:36: inputs.distance.one_of: is not a list; list of: number or text, as the column's "
     "type"},
    {4, "  distance: {type: string, one_of: [a, a]}",
     "4:28: inputs.distance.one_of: 'a' stands in it twice"},
    {4, "  distance: {type: string, one_of: [a, [b]]}",
     "4:40: inputs.distance.one_of[1]: is not a single value; number or text, as the column's "
     "type"},
    {4, "  distance: {type: int32, missing: rejct}",
     "4:36: inputs.distance.missing: 'rejct' is not known here; did you mean 'reject'?"},
    {4, "  distance: {type: int32, missing: default}",
     "4:27: inputs.distance.missing: there is no default to put in; add 'default: …'"},
    {4, "  distance: {type: int32, default: 1}",
     "4:27: inputs.distance.default: nothing puts it in; say 'missing: default', or remove it"},
    {4, "  distance: {type: int32, missing: default, default: far}",
     "4:45: inputs.distance.default: is no value of a column of type int32"},
    {4, "  distance: {type: int32, min: 1, missing: default, default: 0}",
     "4:53: inputs.distance.default: is below min"},
    {4, "  distance: {type: timestamp, missing: default, default: yesterday}",
     "4:49: inputs.distance.default: is no value of a column of type timestamp"},
    {4, "  distance: {type: bool, missing: default, default: 1}",
     "4:44: inputs.distance.default: is no value of a column of type bool"},
    {4, "  distance: {type: string, one_of: [a], missing: default, default: b}",
     "4:59: inputs.distance.default: 'b' is not in one_of"},
    {5, "  distance: int32", "5:3: 'distance' stands here a second time; the first is in line 4"},
    {5, "  \"\": int32", "5:3: inputs.: name is empty"},
    {5, "  origin: {type: category, from: training}",
     "5:34: inputs.origin.from: 'training' is not known here; one of reference"},
    {5, "  origin: {type: category, from: reference, one_of: [JFK]}",
     "5:45: inputs.origin.one_of: the categories are already from: reference; keep one of the "
     "two"},
    {6, "output: {task: binary}", "6:9: output.name: is required; column name"},
    {6, "output: {name: distance}",
     "6:10: output.name: 'distance' is an input too; give it a name of its own"},
    {6, "output: {name: p, task: regression, positive: late}",
     "6:37: output.positive: only a binary task has a positive class; task: binary"},
    {6, "output: {name: p, task: clustering}",
     "6:25: output.task: 'clustering' is not known here; one of binary, multiclass, regression"},
    {6, "output: {name: p, min: 1, max: 0}", "6:27: output.max: 0 is below min 1"},
    {6, "output: probability", "6:9: output: is not a map; write keys and values below it"},
    {7, "outcome: {matures_after: 1d}", "7:10: outcome.name: is required; column name"},
    {7, "outcome: {name: late, matures_after: 1 day}",
     "7:38: outcome.matures_after: '1 day' is not a duration; a whole number and a unit: 90s, "
     "30m, 6h, 1d, 2w"},
    {7, "outcome: {name: late, matures_after: -1d}",
     "7:38: outcome.matures_after: '-1d' is not a duration; a whole number and a unit: 90s, "
     "30m, 6h, 1d, 2w"},
    {7, "outcome: {name: late, matures_after: 99999d}",
     "7:38: outcome.matures_after: '99999d' is longer than ten years"},
    {7, "outcome: {name: late, matures_after: 99999999999999999999s}",
     "7:38: outcome.matures_after: '99999999999999999999s' is longer than ten years"},
    {7, "outcome: {name: distance}",
     "7:11: outcome.name: 'distance' is an input too; the truth cannot be known before the "
     "decision"},
    {7, "outcome: {name: probability}",
     "7:11: outcome.name: is the output's name too; give it a name of its own"},
    {7, "decision: {currency: RUR}",
     "7:22: decision.currency: 'RUR' is not a currency; did you mean 'RUB'?"},
    {7, "decision: {currency: zloty}",
     "7:22: decision.currency: 'zloty' is not a currency; a code of ISO 4217, such as RUB or "
     "EUR"},
    {7, "decision: {bounds: [200, 10]}", "7:20: decision.bounds: the least is above the most"},
    {7, "decision: {bounds: [1, 2, 3]}",
     "7:20: decision.bounds: needs exactly two numbers: [least, most]"},
    {7, "decision: {bounds: 5}", "7:20: decision.bounds: is not a list; list of: number"},
    {7, "decision: {amount: \"120 * (probability\"}",
     "7:20: decision.amount: expected ')' but found the end at character 19"},
    {7, "decision: {amount: \"a) + (b\"}",
     "7:20: decision.amount: unknown column 'a' at character 1"},
    {7, "decision: {amount: \"\"}", "7:20: decision.amount: is empty"},
    {7, "decision: [a]", "7:11: decision: is a list; map"},
    {7, "monitor: {window: {rows: 0}}", "7:26: monitor.window.rows: '0' is below 1"},
    {7, "monitor: {window: {rows: 100, min_rows: 101}}",
     "7:31: monitor.window.min_rows: 101 is above rows 100; every window would be \"not enough "
     "data\""},
    {7, "monitor: {drift: {psi: -1}}", "7:24: monitor.drift.psi: '-1' is below 0"},
    {7, "monitor: {drift: {share: 150%}}", "7:26: monitor.drift.share: '150%' is above 1"},
    {7, "monitor: {drift: {share: lots}}",
     "7:26: monitor.drift.share: 'lots' is not a share; such as 0.25 or 25%"},
    {7, "monitor: {quality: {metric: log_loss}}",
     "7:11: monitor.quality: needs an outcome; add 'outcome: {name: …}'"},
    {7, "monitor: {quality: {warn: +5%}}\noutcome: {name: late}",
     "7:20: monitor.quality.metric: is required; log_loss, brier, auc, accuracy, f1, rmse, "
     "mae, mape"},
    {7, "monitor: {slices: origin}", "7:19: monitor.slices: is not a list; list of: column name"},
    {7, "monitor: {slices: [{distance: [500, 0]}]}",
     "7:31: monitor.slices[0].distance: must ascend"},
    {7, "monitor: {slices: [nowhere]}", "7:20: monitor.slices[0]: 'nowhere' is not an input"},
    {7, "monitor: {reference: fixed}",
     "7:11: monitor.reference: fixed needs a period; add 'fixed: {from: …, to: …}'"},
    {7, "monitor: {fixed: {from: 2026-01-01T00:00:00Z, to: 2026-02-01T00:00:00Z}}",
     "7:11: monitor.fixed: is not used; add 'reference: fixed'"},
    {7, "monitor: {reference: fixed, fixed: {from: soon, to: 2026-02-01T00:00:00Z}}",
     "7:43: monitor.fixed.from: 'soon' is no moment such as 2026-01-31T00:00:00Z"},
    {7,
     "monitor: {reference: fixed, fixed: {from: 2026-02-01T00:00:00Z, to: "
     "2026-02-01T00:00:00Z}}",
     "7:65: monitor.fixed.to: is not after from"},
    {7, "monitor: {quality: {metric: rmse}}\noutcome: {name: late}",
     "7:21: monitor.quality.metric: rmse is no measure of a classification task; log_loss, brier, "
     "auc, accuracy or f1"},
    {7,
     "monitor: {quality: {metric: auc, business: [{name: b, better: lower}]}}\noutcome: {name: "
     "late}",
     "7:45: monitor.quality.business[0]: is neither an expression nor SQL; give either expression "
     "or sql"},
    {7,
     "monitor: {quality: {metric: auc, business: [{name: b, sql: SELECT 1, expression: late}]}}\n"
     "outcome: {name: late}",
     "7:45: monitor.quality.business[0]: is both an expression and SQL; give either expression or "
     "sql"},
    {7, "monitor: {quality: {metric: auc, business: [{name: b, sql: ''}]}}\noutcome: {name: late}",
     "7:60: monitor.quality.business[0].sql: is empty"},
    {7, "monitor: {window: {every: 0s}}", "7:27: monitor.window.every: '0s' is below 1s"},
    {7, "limits: {name: a}", "7:9: limits: is not a list; list of: map"},
    {7, "limits: [{name: a}]",
     "7:10: limits[0]: names no kind of limit; one of bound, collar, sum, count, rate, share, "
     "open_exposure, drawdown, repeat, growth, freshness, quality"},
    {7, "limits: [{name: a, sum: \"1\", collar: champion}]",
     "7:10: limits[0]: is both a collar and a sum; make them two limits"},
    {7, "limits: [{name: a, sum: \"1\"}]",
     "7:10: limits[0]: 'over' is missing\n7:10: limits[0]: 'max' is missing"},
    {7, "limits: [{name: a, sum: \"1\", over: 0s, max: 5}]",
     "7:36: limits[0].over: a window of '0s' holds nothing"},
    {7, "limits: [{name: a, sum: \"1\", over: 1d, max: -5}]", "7:40: limits[0].max: is below zero"},
    {7, "limits: [{name: a, sum: \"1\", over: 1d, max: 1e6}]",
     "7:45: limits[0].max: '1e6' is not an exact number; plain digits such as 500000 or 0.25, or "
     "a percentage such as 25%"},
    {7, "limits: [{name: a, sum: \"1\", over: 1d, max: .nan}]",
     "7:45: limits[0].max: '.nan' is not an exact number; plain digits such as 500000 or 0.25, or "
     "a percentage such as 25%"},
    {7, "limits: [{name: a, sum: \"1\", over: 1d, max: 99999999999999}]",
     "7:40: limits[0].max: does not fit in 64 bits of minor units"},
    {7,
     "decision: {amount: \"1\", currency: RUB}\n"
     "limits: [{name: a, sum: amount, over: 1d, max: 0.005}]",
     "8:43: limits[0].max: has 3 digits behind the point, RUB has 2"},
    {7, "limits: [{name: a, count: 5, over: day, zone: \"Euro pe\"}]",
     "7:47: limits[0].zone: 'Euro pe' is no time zone such as Europe/Moscow or UTC"},
    {7, "limits: [{name: a, count: 5, over: day, zone: Europe/Atlantis}]",
     "7:47: limits[0].zone: 'Europe/Atlantis' is no time zone such as Europe/Moscow or UTC that "
     "this machine knows"},
    {7, "limits: [{name: a, count: 5, over: 1d, zone: UTC}]",
     "7:40: limits[0].zone: only day, week and month have a time zone"},
    {7, "limits: [{name: a, rate: 5/s}, {name: a, rate: 5/s}]",
     "7:33: limits[1].name: 'a' is taken"},
    {7, "limits: [{name: a, rate: fast}]",
     "7:26: limits[0].rate: 'fast' is no rate such as 100/s, 6/m or 5/h"},
    {7, "limits: [{name: a, share: \"distance > 3000\", over: 1d, max: 120%}]",
     "7:56: limits[0].max: is above 100%"},
    {7, "limits: [{name: a, bound: probability}]",
     "7:10: limits[0]: bounds nothing; give min, max or both"},
    {7, "limits: [{name: a, count: 5, over: 1d, burst: 2}]",
     "7:40: limits[0].burst: does not belong to a limit of kind count"},
    {7, "limits: [{name: a, bound: distance, max: 5, then: clamp}]",
     "7:45: limits[0].then: only the decision itself can be clamped; bound: score"},
    {7, "limits: [{name: a, collar: {input: orign}, within: 5%}]",
     "7:29: limits[0].collar.input: 'orign' is not an input; did you mean 'origin'?"},
    {7, "limits: [{name: a, open_exposure: \"1\", max: 5}]",
     "7:20: limits[0].open_exposure: nothing would ever close a decision; add 'outcome: {name: "
     "…}'"},
    {7, "limits: [{name: a, count: 5, over: 1d, per: [seat]}]",
     "7:46: limits[0].per[0]: 'seat' is not an input"},
    {7, "limits: [{name: a, collar: champoin, within: 5%}]",
     "7:28: limits[0].collar: 'champoin' is not known here; did you mean 'champion'?"},
    {7, "limits: [{name: a, sum: \"1\", over: 1d, max: 5, latch: yes}]",
     "7:55: limits[0].latch: 'yes' is not a truth value; write true or false"},
    {7, "limits: [5]", "7:10: limits[0]: is not a map; write keys and values below it"},
    {7, "fallback: previous", "7:11: fallback: is not a list; list of: previous, champion, deny"},
    {7, "fallback: [previous, previous]", "7:22: fallback[1]: previous stands twice"},
    {7, "fallback: [deny, previous]",
     "7:18: fallback[1]: is never reached; the step before always answers"},
    {7, "fallback: [{constant: high}]", "7:23: fallback[0].constant: 'high' is not a number"},
    {7, "fallback: [{constat: 5}]",
     "7:13: fallback[0].constat: unknown key; did you mean 'constant'?"},
    {7, "fallback: [{}]", "7:12: fallback[0]: names no step; one of constant, rules, review"},
    {7, "fallback: [{constant: 45, consumes: nothing}, previous]",
     "7:47: fallback[1]: is never reached; the step before always answers"},
    {7, "fallback: [{review: {}}]",
     "7:21: fallback[0].review.deadline: is required; duration such as 90s, 30m, 6h, 1d, 2w"},
    {7, "fallback: [{rules: [{value: 5}, {value: 6}]}]",
     "7:33: fallback[0].rules[1]: is never reached; the line before always holds"},
    {7, "fallback: {drfit: [deny]}",
     "7:19: fallback.drfit: is no cause: one of killed, exhausted, quality, invalid, unavailable, "
     "otherwise"},
    {7, "decision: {bounds: [10, 20]}\nfallback: [{constant: 5}]",
     "8:13: fallback[0].constant: is outside decision.bounds"},
    {7, "fallback: []", "7:11: fallback: is an empty list"},
    {7, "fallback: [later]",
     "7:12: fallback[0]: 'later' is not known here; one of previous, champion, deny"},
    {7, "rollout: {canary: [5, 1]}", "7:19: rollout.canary: must ascend"},
    {7, "rollout: {canary: [0]}", "7:20: rollout.canary[0]: '0' is below 0.01"},
    {7, "rollout: {abort_on: [weather]}",
     "7:22: rollout.abort_on[0]: 'weather' is not known here; one of limits, latency, loss, "
     "drift, errors"},
    {7, "rollout: {canary: 5}", "7:19: rollout.canary: is not a list; list of: number"},
    {7, "retrain: {pipeline: p.yaml, on: [every day]}",
     "7:34: retrain.on[0]: 'every day' is not drift, quality or \"every 7d\""},
    {7, "retrain: {on: [drift]}", "7:10: retrain.pipeline: is required; text"},
    {7, "retrain: {pipeline: p.yaml, gate: {primary: luck}}",
     "7:45: retrain.gate.primary: 'luck' is not known here; one of log_loss, brier, auc, "
     "accuracy, f1, rmse, mae, mape"},
    {7, "privacy: {subject: passenger}", "7:11: privacy.subject: 'passenger' is not an input"},
    {7, "privacy: {pseudonymise: [orign]}",
     "7:26: privacy.pseudonymise[0]: 'orign' is not an input; did you mean 'origin'?"},
    {7, "privacy: {pseudonymise: [distance]}",
     "7:26: privacy.pseudonymise[0]: 'distance' is of type int32; an identifier is of type "
     "string; a pseudonym is text"},
    {7, "privacy: {pseudonymise: [origin]}",
     "5:28: inputs.origin.from: the reference data keeps no values of an input that is "
     "pseudonymised; list the values with one_of, or make it a string"},
    {7, "privacy: {pseudonymise: [origin, origin]}",
     "5:28: inputs.origin.from: the reference data keeps no values of an input that is "
     "pseudonymised; list the values with one_of, or make it a string\n"
     "7:34: privacy.pseudonymise[1]: 'origin' stands twice"},
    {7, "privacy: {retain: 90m}", "7:19: privacy.retain: must be whole hours"},
    {7, "privacy: {retain: 5s}", "7:19: privacy.retain: '5s' is below 3600s"},
    {7, "effect: {currency: RUB}", "7:9: effect.value: is required; expression"},
    {7, "sla: {latency_p95_ms: fast}", "7:23: sla.latency_p95_ms: 'fast' is not a number"},
    {7, "sla: {availability_pct: 101}", "7:25: sla.availability_pct: '101' is above 100"},
    {7, "checks: [{name: a, expression: \"1\"}, {name: a, expression: \"1\"}]",
     "7:39: checks[1].name: 'a' is taken"},
    {7, "checks: [{name: a}]", "7:10: checks[0].expression: is required; expression"},
    {7, "checks: [{name: a, expression: \"1\", invalid: default}]",
     "7:46: checks[0].invalid: 'default' is not known here; one of reject, flag"},
    {7, "model: again", "7:1: 'model' stands here a second time; the first is in line 1"},
    {7, "x: &a 1\ny: *a",
     "7:1: x: unknown key\n7:4: anchors and aliases are refused; write the value out\n8:1: y: "
     "unknown key\n8:4: anchors and aliases are refused; write the value out"},
    {7, "purpose: !!binary abc",
     "7:10: type tags are refused; remove the word that starts with '!'"},
    {7, "\tpurpose: x", "7:1: a tab indents this line; indent with spaces"},
    {7, "purpose: \"a", "7:10: not YAML: this quote is never closed"},
    {7, "---\nmodel: b", "7:1: a second document; one contract a file; remove '---'"},
    {7, "? [a]\n: b", "7:3: a key must be text"},
    {7, "purpose: x: y", "7:11: not YAML: illegal map value; text that holds ': ' needs quotes"},
    {7, "<<: {purpose: x}", "7:1: <<: unknown key"},
    {7, "purpose: \"a\\nb\"", "7:10: purpose: holds a line break or control character"},
    {7, "purpose: \x01", "7:10: a control character; remove it"},
    {7, "purpose: \xff", "7:10: bytes that are not UTF-8; save the file as UTF-8"},
    {7, "цель: x", "7:1: цель: unknown key"},
    {7, "purpose: {цена: 1}", "7:10: purpose: is a map; text"},
});

std::string With(std::size_t line, std::string_view text) {
  std::string contract;
  for (std::size_t i = 0; i < 7; ++i) {
    contract += i + 1 == line ? text : i < kGood.size() ? kGood[i] : std::string_view();
    contract += '\n';
  }
  return contract;
}

std::string ErrorsOf(std::string_view contract) {
  std::string all;
  for (const ContractError& error : CheckContract(contract)) {
    if (!all.empty()) all += '\n';
    all += error.ToString("").substr(1);  // without the file's name and its colon
  }
  return all;
}

TEST(ContractErrors, TheBaseOfTheTableIsAGoodContract) { EXPECT_EQ(ErrorsOf(With(7, "")), ""); }

TEST(ContractErrors, EachHasItsPlaceItsWordsAndItsHelp) {
  for (const WrongContract& c : kWrong) {
    EXPECT_EQ(ErrorsOf(With(c.line, c.text)), c.errors) << "line " << c.line << ": " << c.text;
  }
}

TEST(ContractErrors, AllOfAFileAreToldAtOnceInOrderOfPlace) {
  EXPECT_EQ(
      ErrorsOf("model: a/b\n"
               "inputs: {age: {type: flot32, min: x}, age: int32}\n"
               "output: {name: p}\n"
               "decision: {curency: RUB, bounds: [2, 1]}\n"),
      "1:1: owner: is required; map\n"
      "1:8: model: 'a/b' is not a name; letters, digits, '.', '_', '-'; first a letter or digit\n"
      "2:22: inputs.age.type: 'flot32' is not known here; did you mean 'float32'?\n"
      "2:35: inputs.age.min: 'x' is not a number\n"
      "2:39: 'age' stands here a second time; the first is in line 2\n"
      "4:12: decision.curency: unknown key; did you mean 'currency'?\n"
      "4:34: decision.bounds: the least is above the most");
}

TEST(ContractErrors, ManyAreCutAndCounted) {
  std::string text = With(7, "");
  for (int i = 0; i < 5000; ++i) text += "key" + std::to_string(i) + ": 1\n";
  const auto errors = CheckContract(text);
  ASSERT_EQ(errors.size(), 101u);
  EXPECT_EQ(errors.back().message, "and 4900 more errors");
}

}  // namespace
}  // namespace mooring::records
