// immp save ID PART
#include <filesystem>
#include <optional>
#include <ostream>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/part_file.hpp"
#include "bridge/client/progress.hpp"

namespace immp::bridge::client {

namespace {

/// Standard output, or a file.
Outcome<std::optional<PartFile>> open_target(const SaveOptions& options) {
    if (options.output == "-") return std::nullopt;
    const std::filesystem::path target =
        options.output.empty() ? safe_file_name(options.part) : options.output;
    auto file = PartFile::create(target, options.existing == SaveOptions::Existing::replace
                                             ? PartFile::Existing::replace
                                             : PartFile::Existing::keep);
    if (!file) return std::unexpected(file.error());
    return std::move(*file);
}

void report(const Context& context, const SaveOptions& options, const PartHeader& header) {
    const std::string target = options.output.empty() ? safe_file_name(options.part) : options.output;
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("file", target).text("type", header.type).number("length", header.length);
        (options.output == "-" ? context.notes : context.out) << json.line() << '\n';
    } else if (options.output != "-") {
        context.out << "Saved " << one_line(target) << " (" << size_text(header.length) << ").\n";
    }
}

}  // namespace

Done run_save(Context& context, const SaveOptions& options) {
    const auto folder = parse_folder(options.folder);
    if (!folder) return std::unexpected(folder.error());
    const auto id = parse_message_id(options.id);
    if (!id) return std::unexpected(id.error());
    auto file = open_target(options);
    if (!file) return std::unexpected(file.error());
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());

    std::optional<Progress> progress;
    const auto begin = [&](const PartHeader& header) {
        progress.emplace(one_line(options.part), header.length);
    };
    const auto sink = [&](std::string_view octets) -> Outcome<void> {
        progress->add(octets.size());
        if (*file) return (*file)->write(octets);
        context.out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
        if (!context.out) return failed(ExitStatus::input_output, "cannot write to standard output");
        return {};
    };
    const auto header = fetch_part(*conversation, *folder, *id, options.part, begin, sink);
    progress.reset();
    if (!header) return std::unexpected(header.error());
    if (*file)
        if (auto finished = (*file)->finish(); !finished) return std::unexpected(finished.error());
    report(context, options, *header);
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
