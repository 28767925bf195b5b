// AlertsFile: whom alerts are told to, as an operator wrote it (`mooring serve --alerts FILE`). All
// errors are told at once, each with line and column, like a contract's.
//
//   sinks:
//     - name: pager
//       webhook: https://hooks.example.org/mooring
//       secret_file: /etc/mooring/pager.key    # signs; optional
//       severity: critical                     # warning unless said
//       models: [flight-cover, price-*]        # all unless said
//       timeout: 10s
//     - name: alertmanager
//       alertmanager: http://alertmanager:9093
//       resend: 1m
//     - name: mail
//       command: [/usr/local/bin/send-alert, ops@example.org]
//   rules:                                     # rule_book.h
//     - {models: [price-*], need: 3, of: 5}
//   retry: {first: 2s, longest: 5m, give_up_after: 1d, attempts: 1000}
//
// Secrets stand in files of their own, never in this one. Thread safety: pure but for the files
// read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/io/file_system.h"
#include "base/result.h"
#include "control/alerts/rule_book.h"
#include "control/delivery/courier.h"
#include "control/delivery/sink.h"

namespace mooring::control {

struct AlertsConfig {
  std::vector<SinkConfig> sinks;
  RetryRule retry;
  std::vector<ModelRule> rules;
};

// kInvalidArgument carrying every error, a line each, with `name` in front. `files` reads secrets.
Result<AlertsConfig> ParseAlerts(std::string_view text, std::string_view name, FileSystem& files);
Result<AlertsConfig> ReadAlertsFile(FileSystem& files, const std::string& path);

}  // namespace mooring::control
