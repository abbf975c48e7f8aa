// immp save ID PART
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/part_file.hpp"
#include "bridge/client/progress.hpp"
#include "bridge/client/sealed_message.hpp"

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

/// Standard output takes nothing back, so what is not yet known to be true waits in a file without a name.
class Waiting {
  public:
    Waiting() : file_(std::tmpfile(), &std::fclose) {}

    Outcome<void> write(std::string_view octets) {
        if (file_ && std::fwrite(octets.data(), 1, octets.size(), file_.get()) == octets.size()) return {};
        return failed(ExitStatus::input_output, "cannot write a temporary file; name one with -o");
    }
    Outcome<void> hand_on(std::ostream& out) {
        if (!file_ || std::fseek(file_.get(), 0, SEEK_SET) != 0)
            return failed(ExitStatus::input_output, "cannot use a temporary file; name one with -o");
        std::array<char, 64 * 1024> piece;
        while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), file_.get()))
            out.write(piece.data(), static_cast<std::streamsize>(got));
        if (std::ferror(file_.get()) != 0 || !out)
            return failed(ExitStatus::input_output, "cannot write to standard output");
        return {};
    }

  private:
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

/// The part inside a sealed message; nothing where the message is not sealed, or cannot be, without a key.
Outcome<std::optional<PartHeader>> save_sealed(Context& context, Conversation& conversation,
                                               const Arguments& arguments, const std::string& folder,
                                               const std::string& id, std::optional<PartFile>& file) {
    const std::string part = arguments.text("part");
    auto reader = seal_reader(context);
    if (!reader) return std::unexpected(reader.error());
    if (reader->ring.empty() || part == kSealedPart) return std::nullopt;
    Waiting waiting;
    auto header = unseal_part(conversation, *reader, folder, id, part, [&](std::string_view octets) {
        return file ? file->write(octets) : waiting.write(octets);
    });
    if (header && *header && !file)
        if (auto written = waiting.hand_on(context.out); !written) return std::unexpected(written.error());
    return header;
}

Outcome<PartHeader> save_plain(Context& context, Conversation& conversation, const Arguments& arguments,
                               const std::string& folder, const std::string& id,
                               std::optional<PartFile>& file) {
    std::optional<Progress> progress;
    const auto begin = [&](const PartHeader& header) {
        progress.emplace(one_line(arguments.text("part")), header.length);
    };
    const auto sink = [&](std::string_view octets) -> Outcome<void> {
        progress->add(octets.size());
        if (file) return file->write(octets);
        context.out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
        if (!context.out) return failed(ExitStatus::input_output, "cannot write to standard output");
        return {};
    };
    return fetch_part(conversation, folder, id, arguments.text("part"), begin, sink);
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
    auto sealed = save_sealed(context, *conversation, arguments, *folder, *id, *file);
    if (!sealed) return std::unexpected(sealed.error());
    if (!*sealed) {
        auto plain = save_plain(context, *conversation, arguments, *folder, *id, *file);
        if (!plain) return std::unexpected(plain.error());
        *sealed = std::move(*plain);
    }
    if (*file)
        if (auto finished = (*file)->finish(); !finished) return std::unexpected(finished.error());
    report(context, arguments, **sealed);
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
