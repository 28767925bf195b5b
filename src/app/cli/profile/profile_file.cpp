#include "app/cli/profile/profile_file.h"

#include "app/cli/store/api_client.h"
#include "app/cli/store/change.h"
#include "app/cli/store/registrar.h"
#include "base/limits.h"

namespace mooring::app::cli {
namespace {

constexpr std::size_t kProfileBytes = 64 * limits::kMiB;

Result<std::string> TextOf(Context& context, const std::string& path) {
  if (path == "-") return context.in->ReadAll(kProfileBytes);
  ASSIGN_OR_RETURN(const auto mapped, context.files->Map(path));
  if (mapped->bytes().size() > kProfileBytes) {
    return Error(Code::kTooLarge, path + " is too large for a profile");
  }
  return std::string(AsText(mapped->bytes()));
}

Result<data::BatchProfile> ReferenceOfServer(Context& context, const VersionName& name) {
  const std::string path = "/api/v1/models/" + PathPart(name.model) + "/versions/" +
                           PathPart(name.version) + "/reference";
  const ApiClient client(context);
  ASSIGN_OR_RETURN(const HttpAnswer answer, client.Raw("GET", path, "", ""));
  if (answer.status != 200) return ApiClient::ProblemOf(answer);
  return data::BatchProfile::FromJson(answer.body);
}

Result<data::BatchProfile> ReferenceOfDirectory(Context& context, const VersionName& name) {
  ASSIGN_OR_RETURN(const LocalStore store, OpenLocalStore(context, "profile export"));
  ASSIGN_OR_RETURN(const records::ModelRecord model, store.registry->Model(name.model));
  ASSIGN_OR_RETURN(const records::VersionRecord version,
                   FindVersion(*store.registry, model.name, name.version));
  if (version.reference_blob.empty()) {
    return Error(Code::kFailedPrecondition, "version " + std::to_string(version.number) + " of '" +
                                                model.name + "' has no reference profile")
        .Why("it was registered without training data")
        .Help("mooring version register --training-data FILE");
  }
  ASSIGN_OR_RETURN(const data::BlobId id, data::BlobId::Parse(version.reference_blob));
  ASSIGN_OR_RETURN(const auto blob, store.blobs->Get(id));
  return data::BatchProfile::FromJson(AsText(blob->bytes()));
}

}  // namespace

Result<data::BatchProfile> ReadProfileFile(Context& context, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, TextOf(context, path));
  auto profile = data::BatchProfile::FromJson(text);
  if (profile.ok()) return profile;
  return Error(Code::kInvalidArgument, path + " is not a profile")
      .Why(profile.error().ToString())
      .Help("mooring profile make, or profile export");
}

VersionName ParseVersionName(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return {std::string(text), "champion"};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

Result<data::BatchProfile> ReferenceProfile(Context& context, const VersionName& name) {
  return context.settings.Text("server").empty() ? ReferenceOfDirectory(context, name)
                                                 : ReferenceOfServer(context, name);
}

Result<data::BatchProfile> ProfileNamed(Context& context, const std::string& name) {
  if (name == "-" || context.files->Exists(name)) return ReadProfileFile(context, name);
  return ReferenceProfile(context, ParseVersionName(name));
}

Status WriteProfile(Context& context, const Args& args, const data::BatchProfile& profile) {
  const std::string text = profile.ToJson() + "\n";
  if (!args.Has("out")) {
    context.Print(text);
    return Ok();
  }
  RETURN_IF_ERROR(context.files->WriteFileDurably(args.Text("out"), AsBytes(text)));
  context.Hint("profile: " + args.Text("out"));
  return Ok();
}

Flag OutFlag() {
  return {.name = "out",
          .value = "FILE",
          .summary = "where to write the profile (default: stdout)",
          .letter = 'o',
          .completes = Completes::kFile};
}

}  // namespace mooring::app::cli
