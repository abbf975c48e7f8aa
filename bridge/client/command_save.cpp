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

std::string target_of(const Arguments& arguments) {
    const std::string output = arguments.text("--output");
    return output.empty() ? safe_file_name(arguments.text("part")) : output;
}

/// Standard output, or a file.
Outcome<std::optional<PartFile>> open_target(const Arguments& arguments) {
    if (arguments.text("--output") == "-") return std::nullopt;
    auto file = PartFile::create(target_of(arguments), arguments.has("--force") ? PartFile::Existing::replace
                                                                                : PartFile::Existing::keep);
    if (!file) return std::unexpected(file.error());
    return std::move(*file);
}

void report(const Context& context, const Arguments& arguments, const PartHeader& header) {
    const std::string target = target_of(arguments);
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("file", target).text("type", header.type).number("length", header.length);
        (target == "-" ? context.notes : context.out) << json.line() << '\n';
    } else if (target != "-") {
        context.out << "Saved " << one_line(target) << " (" << size_text(header.length) << ").\n";
    }
}

}  // namespace

Done run_save(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("--folder"));
    if (!folder) return std::unexpected(folder.error());
    const auto id = parse_message_id(arguments.text("id"));
    if (!id) return std::unexpected(id.error());
    auto file = open_target(arguments);
    if (!file) return std::unexpected(file.error());
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());

    std::optional<Progress> progress;
    const auto begin = [&](const PartHeader& header) {
        progress.emplace(one_line(arguments.text("part")), header.length);
    };
    const auto sink = [&](std::string_view octets) -> Outcome<void> {
        progress->add(octets.size());
        if (*file) return (*file)->write(octets);
        context.out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
        if (!context.out) return failed(ExitStatus::input_output, "cannot write to standard output");
        return {};
    };
    const auto header = fetch_part(*conversation, *folder, *id, arguments.text("part"), begin, sink);
    progress.reset();
    if (!header) return std::unexpected(header.error());
    if (*file)
        if (auto finished = (*file)->finish(); !finished) return std::unexpected(finished.error());
    report(context, arguments, *header);
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
