// All commands: one function a verb, defined in <noun>/<verb>.cpp, and the table that lists them in
// the order that help shows. A new command is a file, a line here and a line in commands.cpp.
// Thread safety: AllCommands is made once; const afterwards.
#pragma once

#include <span>
#include <string>

#include "app/cli/command.h"

namespace mooring::app::cli {

Command ServeCommand();
Command ApplyCommand();
Command ContractInitCommand();
Command ContractShowCommand();
Command ContractCheckCommand();
Command ModelListCommand();
Command ModelShowCommand();
Command VersionRegisterCommand();
Command VersionListCommand();
Command VersionShowCommand();
Command VersionDiffCommand();
Command VersionPromoteCommand();
Command VersionSetAliasCommand();
Command RouteShowCommand();
Command RouteRollbackCommand();
Command PredictCommand();
Command LogTailCommand();
Command LogShowCommand();
Command LogQueryCommand();
Command LogExportCommand();
Command LogVerifyCommand();
Command OutcomesImportCommand();
Command MonitorDriftCommand();
Command MonitorQualityCommand();
Command MonitorReportCommand();
Command MonitorStatusCommand();
Command TestCommand();
Command AlertListCommand();
Command AlertShowCommand();
Command AlertAckCommand();
Command AlertSilenceCommand();
Command AlertUnsilenceCommand();
Command AlertTestCommand();
Command AlertDeliveriesCommand();
Command IncidentListCommand();
Command IncidentShowCommand();
Command IncidentAckCommand();
Command IncidentNoteCommand();
Command IncidentExportCommand();
Command KillAllCommand();
Command KillModelCommand();
Command KillVersionCommand();
Command KillSegmentCommand();
Command KillCallerCommand();
Command KillListCommand();
Command KillReleaseCommand();
Command LimitListCommand();
Command LimitShowCommand();
Command LimitLowerCommand();
Command LimitThawCommand();
Command LimitRaiseCommand();
Command LimitReleaseCommand();
Command LimitWriteOffCommand();
Command ChangeListCommand();
Command ChangeShowCommand();
Command ChangeApproveCommand();
Command ChangeRejectCommand();
Command ChangeWithdrawCommand();
Command DrillKillCommand();
Command LimitTestCommand();
Command ReviewListCommand();
Command ReviewShowCommand();
Command ReviewTakeCommand();
Command ReviewDecideCommand();
Command ProfileExportCommand();
Command ProfileMakeCommand();
Command ProfileMergeCommand();
Command ProfileShowCommand();
Command ProfileCompareCommand();
Command ProfileSendCommand();
Command AuditListCommand();
Command AuditVerifyCommand();
Command AuditProveCommand();
Command AuditHeadCommand();
Command TokenCreateCommand();
Command TokenListCommand();
Command TokenRotateCommand();
Command TokenRevokeCommand();
Command GrantAddCommand();
Command GrantRemoveCommand();
Command AccessListCommand();
Command AccessRolesCommand();
Command ConfigCheckCommand();
Command ConfigShowCommand();
Command ConfigExplainCommand();
Command ImportMlflowCommand();
Command ExportMlflowCommand();
Command TrackingPurgeCommand();
Command DoctorCommand();
Command CompletionCommand();
Command HelpCommand();
Command CompleteCommand();

std::span<const Command> AllCommands();

struct Noun {
  std::string_view name;  // "model"
  std::string_view summary;
};
// Nouns that have verbs, in the order of help.
std::span<const Noun> AllNouns();

}  // namespace mooring::app::cli
