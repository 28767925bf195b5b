#include "app/cli/commands.h"

#include <algorithm>

namespace mooring::app::cli {
namespace {

// What stops models and lets them go on, and who may.
const std::vector<Command>& SafeguardCommands() {
  static const std::vector<Command> commands = {
      KillAllCommand(),       KillModelCommand(),      KillVersionCommand(),
      KillSegmentCommand(),   KillCallerCommand(),     KillListCommand(),
      KillReleaseCommand(),   LimitListCommand(),      LimitShowCommand(),
      LimitLowerCommand(),    LimitRaiseCommand(),     LimitReleaseCommand(),
      LimitWriteOffCommand(), LimitThawCommand(),      LimitTestCommand(),
      ChangeListCommand(),    ChangeShowCommand(),     ChangeApproveCommand(),
      ChangeRejectCommand(),  ChangeWithdrawCommand(), DrillKillCommand(),
      ReviewListCommand(),    ReviewShowCommand(),     ReviewTakeCommand(),
      ReviewDecideCommand(),  AuditListCommand(),      AuditVerifyCommand(),
      AuditProveCommand(),    AuditHeadCommand(),      TokenCreateCommand(),
      TokenListCommand(),     TokenRotateCommand(),    TokenRevokeCommand(),
      GrantAddCommand(),      GrantRemoveCommand(),    AccessListCommand(),
      AccessRolesCommand(),
  };
  return commands;
}

const std::vector<Command>& OtherCommands() {
  static const std::vector<Command> commands = {
      ServeCommand(),           ApplyCommand(),           ContractInitCommand(),
      ContractShowCommand(),    ContractCheckCommand(),   ModelListCommand(),
      ModelShowCommand(),       VersionRegisterCommand(), VersionListCommand(),
      VersionShowCommand(),     VersionDiffCommand(),     VersionPromoteCommand(),
      VersionSetAliasCommand(), RouteShowCommand(),       RouteRollbackCommand(),
      PredictCommand(),         LogTailCommand(),         LogShowCommand(),
      LogQueryCommand(),        LogExportCommand(),       LogVerifyCommand(),
      OutcomesImportCommand(),  MonitorDriftCommand(),    MonitorQualityCommand(),
      MonitorReportCommand(),   MonitorStatusCommand(),   ProfileExportCommand(),
      ProfileMakeCommand(),     ProfileMergeCommand(),    ProfileShowCommand(),
      ProfileCompareCommand(),  ProfileSendCommand(),     TestCommand(),
      AlertListCommand(),       AlertShowCommand(),       AlertAckCommand(),
      AlertSilenceCommand(),    AlertUnsilenceCommand(),  AlertTestCommand(),
      AlertDeliveriesCommand(), IncidentListCommand(),    IncidentShowCommand(),
      IncidentAckCommand(),     IncidentNoteCommand(),    IncidentExportCommand(),
      ConfigCheckCommand(),     ConfigShowCommand(),      ConfigExplainCommand(),
      ImportMlflowCommand(),    ExportMlflowCommand(),    TrackingPurgeCommand(),
      DoctorCommand(),          CompletionCommand(),      HelpCommand(),
      CompleteCommand(),
  };
  return commands;
}

}  // namespace

// Safeguards stand before what is about the program itself.
std::span<const Command> AllCommands() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> all = OtherCommands();
    const auto place = std::ranges::find(all, "config check", &Command::name);
    all.insert(place, SafeguardCommands().begin(), SafeguardCommands().end());
    return all;
  }();
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
      {"kill", "stop what models say, at once, and go on again"},
      {"limit", "stop-limits: what is used of them; lower, raise, open and try them"},
      {"change", "changes of limits and kills that need a second person"},
      {"drill", "rehearsals that are kept as evidence"},
      {"review", "decisions that wait for a person"},
      {"audit", "who changed what, and whether that record is as it was written"},
      {"token", "secrets that let programs and people in: make, list, replace, revoke"},
      {"grant", "give somebody a role over a model, or take it away"},
      {"access", "who may do what"},
      {"import", "bring what another MLflow holds"},
      {"export", "write what is here for MLflow to read"},
      {"tracking", "what MLflow's clients tracked: remove what was deleted long ago"},
      {"config", "the program's own configuration"},
  };
  return nouns;
}

}  // namespace mooring::app::cli
