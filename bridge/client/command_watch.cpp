// immp watch: a line each time that a folder has changed, and one for each new message in it.
#include <algorithm>
#include <ostream>
#include <set>
#include <thread>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/listing.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{60};
/// The server says the last line again when its own idle time has passed; longer silence is a lost
/// connection.
constexpr std::chrono::hours kLongestSilence{2};
/// Of the newest messages, those that were not shown before are.
constexpr std::uint32_t kNewest = 20;

class Watch {
  public:
    Watch(Context& context, std::string path) : context_(context), path_(std::move(path)) {}

    /// Until the connection is lost, or the first change with `once`.
    [[nodiscard]] Outcome<void> run(const Arguments& arguments) {
        auto conversation = enter(context_);
        if (!conversation) return std::unexpected(conversation.error());
        if (auto asked = ask_notify(*conversation); !asked) return asked;
        if (auto sent = conversation->send("AS w MBOX WATCH " + as_token(path_)); !sent) return sent;
        if (auto first = conversation->expect(310, "w"); !first) return std::unexpected(first.error());
        if (auto shown = show_new(*conversation); !shown) return shown;
        pause_ = kFirstPause;
        while (true) {
            if (!conversation->has_unread() && !conversation->transport().readable_within(kLongestSilence))
                return failed(ExitStatus::temporary, "the server has said nothing for two hours");
            const auto event = conversation->expect(310, "w");
            if (!event) return std::unexpected(event.error());
            if (!event->more) return failed(ExitStatus::temporary, "the server ended the watch");
            show_event(*event);
            if (auto shown = show_new(*conversation); !shown) return shown;
            if (arguments.has("--once")) return {};
        }
    }

    [[nodiscard]] std::chrono::seconds next_pause() {
        return std::exchange(pause_, std::min(2 * pause_, kLongestPause));
    }

  private:
    /// Of which new mail the account wants to be told; all, where a server does not know the setting.
    Outcome<void> ask_notify(Conversation& conversation) {
        if (auto sent = conversation.send("SET GLOBAL NOTIFY"); !sent) return sent;
        while (true) {
            const auto line = conversation.next();
            if (!line) return std::unexpected(line.error());
            if (line->more) notify_ = line->text;
            if (!line->more) return {};
        }
    }

    [[nodiscard]] bool is_told(const ListedMessage& message) const {
        if (notify_ == "NOTIFY=NONE") return false;
        return notify_ != "NOTIFY=IMPORTANT" ||
               std::ranges::find(message.flags, "important") != message.flags.end();
    }

    void show_event(const Reply& event) {
        const std::string unread = field_of(event, "u");
        const std::string total = field_of(event, "t");
        if (context_.format == Format::json)
            context_.out << armor::JsonWriter()
                                .text("folder", path_)
                                .text("unread", unread)
                                .text("total", total)
                                .line()
                         << '\n'
                         << std::flush;
        else
            context_.out << path_ << "  " << one_line(unread) << " unread of " << one_line(total) << '\n'
                         << std::flush;
    }

    Outcome<void> show_new(Conversation& conversation) {
        const auto listing = list_messages(conversation, path_, kNewest, "");
        if (!listing) return std::unexpected(listing.error());
        std::set<std::string> newest;
        for (auto message = listing->messages.rbegin(); message != listing->messages.rend(); ++message) {
            newest.insert(message->id);
            if (is_first_ || known_.contains(message->id) || !is_told(*message)) continue;
            context_.out << listed(*message, context_.format) << '\n' << std::flush;
        }
        known_ = std::move(newest);
        is_first_ = false;
        return {};
    }

    Context& context_;
    std::string path_;
    std::set<std::string> known_;
    bool is_first_ = true;
    std::string notify_;  ///< `NOTIFY=` and its value
    std::chrono::seconds pause_ = kFirstPause;
};

bool is_lost(const Failure& failure) {
    return failure.status == ExitStatus::temporary || failure.status == ExitStatus::unavailable;
}

}  // namespace

Done run_watch(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("folder"));
    if (!folder) return std::unexpected(folder.error());
    Watch watch(context, *folder);
    while (true) {
        const auto ended = watch.run(arguments);
        if (ended) return ExitStatus::ok;
        if (!is_lost(ended.error())) return std::unexpected(ended.error());
        const auto pause = watch.next_pause();
        context.notes << "immp: " << ended.error().text << " (again in " << pause.count() << " s)" << '\n'
                      << std::flush;
        std::this_thread::sleep_for(pause);
    }
}

}  // namespace immp::bridge::client
