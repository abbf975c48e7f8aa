#include "component/status.hpp"

#include "armor/json_line.hpp"
#include "armor/time_text.hpp"

namespace immp::component {
namespace {

constexpr std::string_view kSetting = "status";
constexpr std::size_t kMaxLineBytes = 65'536;

}  // namespace

std::string with_detail(const Error& error) {
    return error.detail.empty() ? error.text : error.text + " (" + error.detail + ")";
}

Result<bridge::Done> write_status(bridge::Transaction& transaction, bridge::Time now) {
    auto set = transaction.accounts().set_setting(kSetting, as_bytes(armor::time_text(now)));
    if (!set) return std::unexpected(std::move(set.error()));
    return bridge::Done{};
}

Step store_step(const std::filesystem::path& directory, const Result<bridge::Done>& written) {
    const std::string name(kStoreStep);
    if (written) return {name, Step::Outcome::ok, "writes to " + directory.string() + " are synced", {}};
    return {name, Step::Outcome::failed, with_detail(written.error()),
            "make room on the disk of " + directory.string() + ", or see to it; no mail is taken meanwhile"};
}

std::string step_line(const Step& step) {
    return armor::JsonWriter()
        .text("step", step.name)
        .json("ok", step.outcome == Step::Outcome::ok ? "true" : "false")
        .text("detail", step.detail)
        .text("remedy", step.remedy)
        .line();
}

Result<Step> parse_step_line(std::string_view line) {
    auto read = armor::JsonReader::parse(line, kMaxLineBytes);
    if (!read) return std::unexpected(std::move(read.error()));
    const auto outcome = read->flag("ok") ? Step::Outcome::ok : Step::Outcome::failed;
    Step step{read->text("step"), outcome, read->text("detail"), read->text("remedy")};
    if (auto sound = read->finish(); !sound) return std::unexpected(std::move(sound.error()));
    return step;
}

}  // namespace immp::component
