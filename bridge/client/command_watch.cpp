// immp watch: a line each time that a folder has changed, and one for each new message in it; pushes with
// their text, and on a desktop as notifications.
#include <algorithm>
#include <deque>
#include <ostream>
#include <thread>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/desktop.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/listing.hpp"
#include "bridge/client/push_answerer.hpp"
#include "bridge/client/push_view.hpp"
#include "bridge/client/question.hpp"
#include "bridge/client/watched_folder.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{60};
/// The server says the last line again when its own idle time has passed; longer silence is a lost
/// connection.
constexpr std::chrono::hours kLongestSilence{2};

class Watch {
  public:
    Watch(Context& context, const std::string& path, std::unique_ptr<Desktop> desktop)
        : context_(context), desktop_(std::move(desktop)) {
        const bool is_pushes = to_upper(path) == kPushFolder;
        if (!is_pushes) folders_.emplace_back(path, "w", WatchedFolder::Missing::is_an_error);
        folders_.emplace_back(std::string(kPushFolder), "p", WatchedFolder::Missing::is_made);
    }

    /// Until the connection is lost, or the first change with `once`.
    [[nodiscard]] Outcome<void> run(const Arguments& arguments) {
        auto conversation = enter(context_);
        if (!conversation) return std::unexpected(conversation.error());
        if (auto asked = ask_notify(*conversation); !asked) return asked;
        for (WatchedFolder& folder : folders_) {
            if (auto begun = folder.begin(*conversation); !begun) return begun;
            if (auto shown = show_new(*conversation, folder); !shown) return shown;
        }
        pause_ = kFirstPause;
        tell_begin();
        while (true) {
            if (!conversation->has_unread() && !conversation->transport().readable_within(kLongestSilence))
                return failed(ExitStatus::temporary, "the server has said nothing for two hours");
            if (auto shown = show_next(*conversation); !shown) return shown;
            if (arguments.has("--once")) return {};
        }
    }

    [[nodiscard]] std::chrono::seconds next_pause() {
        return std::exchange(pause_, std::min(2 * pause_, kLongestPause));
    }

  private:
    void tell_begin() {
        std::string paths;
        for (const WatchedFolder& folder : folders_)
            paths += (paths.empty() ? "" : ", ") + one_line(folder.path());
        context_.notes << "immp: watching " + paths + (desktop_ ? ", also on this desktop\n" : "\n")
                       << std::flush;
    }

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
        return notify_ != "NOTIFY=IMPORTANT" || message.has_flag("important");
    }

    /// The next event of any folder, and what came with it.
    Outcome<void> show_next(Conversation& conversation) {
        const auto event = conversation.next_of_pipelines();
        if (!event) return std::unexpected(event.error());
        const auto folder = std::ranges::find(folders_, event->pipeline, &WatchedFolder::pipeline);
        if (folder == folders_.end())
            return failed(ExitStatus::protocol,
                          "the server tells of a folder that nobody watches; update it");
        // Somebody dropped it.
        if (event->code == 404 && folder->is_made_where_missing()) return folder->begin(conversation);
        if (event->refuses())
            return std::unexpected(mended(refusal_failure(event->error()), kFolderRemedies));
        if (!event->more) return failed(ExitStatus::temporary, "the server ended the watch");
        show_event(*event, folder->path());
        return show_new(conversation, *folder);
    }

    void show_event(const Reply& event, const std::string& path) {
        const std::string unread = field_of(event, "u");
        const std::string total = field_of(event, "t");
        if (context_.format == Format::json)
            context_.out
                << armor::JsonWriter().text("folder", path).text("unread", unread).text("total", total).line()
                << '\n'
                << std::flush;
        else
            context_.out << path << "  " << one_line(unread) << " unread of " << one_line(total) << '\n'
                         << std::flush;
    }

    Outcome<void> show_new(Conversation& conversation, WatchedFolder& folder) {
        const auto news = folder.news(conversation);
        if (!news) return std::unexpected(news.error());
        for (const ListedMessage& message : *news) {
            if (!is_told(message)) continue;
            if (folder.path() == kPushFolder) {
                if (auto shown = show_push(conversation, message); !shown) return shown;
            } else {
                context_.out << listed(message, context_.format) << '\n' << std::flush;
                notify({message.id,
                        "Mail from " + message.from,
                        message.subject,
                        {},
                        message.has_flag("important")});
            }
        }
        return {};
    }

    Outcome<void> show_push(Conversation& conversation, const ListedMessage& message) {
        const auto push = open_listed_push(conversation, message);
        if (!push) return std::unexpected(push.error());
        if (!*push) return {};
        context_.out << shown_push(message, **push, context_.format) << std::flush;
        notify(push_note(**push));
        return {};
    }

    void notify(const DesktopNote& note) {
        if (!desktop_) return;
        const auto shown = desktop_->show(note);
        // Once, not with each message, while it lasts: a desktop's notes may come back.
        if (!shown && is_shown_)
            context_.notes << "immp: " << shown.error().text << "; what comes stands here\n" << std::flush;
        is_shown_ = shown.has_value();
    }

    Context& context_;
    std::unique_ptr<Desktop> desktop_;
    bool is_shown_ = true;  ///< the last note was
    std::deque<WatchedFolder> folders_;
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
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    PushAnswerer answerer(account->account);
    // With --once nobody would be there any more to take an answer.
    auto desktop = arguments.has("--once")
                       ? nullptr
                       : Desktop::find([&](const std::string& push, const DesktopButton& button) {
                             if (auto begun = answerer.answer(push, button); !begun)
                                 context.notes << "immp: " + begun.error().text + "\n" << std::flush;
                         });
    Watch watch(context, *folder, std::move(desktop));
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
