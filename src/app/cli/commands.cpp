#include "app/cli/commands.h"

namespace mooring::app::cli {

std::span<const Command> AllCommands() {
  static const std::vector<Command> commands = {
      ServeCommand(),
      ApplyCommand(),
      ContractInitCommand(),
      ContractShowCommand(),
      ContractCheckCommand(),
      ModelListCommand(),
      ModelShowCommand(),
      VersionRegisterCommand(),
      VersionListCommand(),
      VersionShowCommand(),
      VersionDiffCommand(),
      VersionPromoteCommand(),
      VersionSetAliasCommand(),
      RouteShowCommand(),
      RouteRollbackCommand(),
      PredictCommand(),
      LogTailCommand(),
      LogShowCommand(),
      LogQueryCommand(),
      LogExportCommand(),
      LogVerifyCommand(),
      OutcomesImportCommand(),
      MonitorDriftCommand(),
      MonitorQualityCommand(),
      MonitorReportCommand(),
      MonitorStatusCommand(),
      ProfileExportCommand(),
      ProfileMakeCommand(),
      ProfileMergeCommand(),
      ProfileShowCommand(),
      ProfileCompareCommand(),
      ProfileSendCommand(),
      TestCommand(),
      AlertListCommand(),
      AlertShowCommand(),
      AlertAckCommand(),
      AlertSilenceCommand(),
      AlertUnsilenceCommand(),
      AlertTestCommand(),
      AlertDeliveriesCommand(),
      IncidentListCommand(),
      IncidentShowCommand(),
      IncidentAckCommand(),
      IncidentNoteCommand(),
      IncidentExportCommand(),
      AuditListCommand(),
      AuditVerifyCommand(),
      AuditProveCommand(),
      AuditHeadCommand(),
      ConfigCheckCommand(),
      ConfigShowCommand(),
      ConfigExplainCommand(),
      DoctorCommand(),
      CompletionCommand(),
      HelpCommand(),
      CompleteCommand(),
  };
  return commands;
}

std::span<const Noun> AllNouns() {
  static constexpr Noun nouns[] = {
      {"contract", "what production means for a model: start one, show one, check one"},
      {"model", "which models there are, who owns them"},
      {"version", "register versions, look at them, put one into production"},
      {"route", "what answers, and back to what answered before"},
      {"log", "the journal: every decision and outcome"},
      {"outcomes", "what really happened"},
      {"monitor", "drift and quality, window by window; reports"},
      {"profile", "counters in place of rows: make them, merge them, compare and send them"},
      {"alert", "what fires, who was told, what is silenced"},
      {"incident", "what went wrong when, and who looks at it"},
      {"audit", "who changed what, and whether that record is as it was written"},
      {"config", "the program's own configuration"},
  };
  return nouns;
}

}  // namespace mooring::app::cli
