#include "bridge/client/desktop.hpp"

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <future>
#include <string_view>
#include <thread>
#include <utility>

#include "bridge/client/display.hpp"
#include "bridge/client/notify_library.hpp"

namespace immp::bridge::client {

namespace {

bool is_set(const char* variable) {
    const char* const value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

bool has_session_bus() {
    if (is_set("DBUS_SESSION_BUS_ADDRESS")) return true;
    std::error_code error;
    return is_set("XDG_RUNTIME_DIR") &&
           std::filesystem::exists(std::filesystem::path(std::getenv("XDG_RUNTIME_DIR")) / "bus", error);
}

/// For servers that read a text as markup (Desktop Notifications Specification, 4).
std::string without_markup(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else
            escaped += c;
    }
    return escaped;
}

class NotifyDesktop final : public Desktop {
  public:
    NotifyDesktop(std::unique_ptr<NotifyLibrary> library, Chosen chosen)
        : library_(std::move(library)),
          chosen_(std::move(chosen)),
          loop_(library_->g_main_loop_new(nullptr, 0)),
          thread_([this] { library_->g_main_loop_run(loop_); }) {}
    ~NotifyDesktop() override {
        // From inside the loop: before it runs, a call to end it would be lost.
        in_loop([this] { library_->g_main_loop_quit(loop_); });
        thread_.join();
        for (NotifyLibrary::Note* const each : shown_)
            library_->g_object_unref(each);
        library_->g_main_loop_unref(loop_);
    }
    NotifyDesktop(const NotifyDesktop&) = delete;
    NotifyDesktop& operator=(const NotifyDesktop&) = delete;

    Outcome<void> show(DesktopNote note) override {
        Outcome<void> done;
        in_loop([&] { done = show_here(note); });
        return done;
    }

  private:
    struct Button {
        NotifyDesktop* desktop;
        std::string id;
        DesktopButton pressed;
    };

    /// Runs it in the loop's thread and waits for it.
    void in_loop(const std::function<void()>& work) {
        struct Task {
            const std::function<void()>& work;
            std::promise<void> done;  // outlives the moment in which it is told, which ends our waiting
        };
        auto task = std::make_unique<Task>(Task{work, {}});
        auto done = task->done.get_future();
        library_->g_idle_add(
            [](void* data) {
                const std::unique_ptr<Task> own(static_cast<Task*>(data));
                own->work();
                own->done.set_value();
                return 0;
            },
            task.release());
        done.wait();
    }

    bool reads_markup() {
        NotifyLibrary::List* const all = library_->notify_get_server_caps();
        bool found = false;
        for (const NotifyLibrary::List* each = all; each != nullptr; each = each->next)
            found = found || std::string_view(static_cast<const char*>(each->data)) == "body-markup";
        library_->g_list_free_full(all, library_->g_free);
        return found;
    }

    Outcome<void> show_here(const DesktopNote& note) {
        const std::string text = many_lines(note.text);
        NotifyLibrary::Note* const shown = library_->notify_notification_new(
            one_line(note.title).c_str(), (reads_markup() ? without_markup(text) : text).c_str(), nullptr);
        library_->notify_notification_set_urgency(
            shown, note.important ? NotifyLibrary::critical : NotifyLibrary::normal);
        for (std::size_t at = 0; at < note.buttons.size(); ++at)
            add_button(shown, Button{this, note.id, {at, note.buttons[at]}});
        NotifyLibrary::Error* error = nullptr;
        if (library_->notify_notification_show(shown, &error) == 0) {
            const std::string why = error == nullptr ? "unknown" : one_line(error->message);
            if (error != nullptr) library_->g_error_free(error);
            library_->g_object_unref(shown);
            return failed(ExitStatus::unavailable, "this desktop shows no notifications (" + why + ")");
        }
        shown_.push_back(shown);
        if (shown_.size() > kMaxShown) {
            library_->g_object_unref(shown_.front());
            shown_.pop_front();
        }
        return {};
    }

    void add_button(NotifyLibrary::Note* note, Button button) {
        const std::string name = std::to_string(button.pressed.place);
        const std::string label = one_line(button.pressed.label);
        library_->notify_notification_add_action(
            note, name.c_str(), label.c_str(),
            [](NotifyLibrary::Note*, char*, void* data) {
                const auto& own = *static_cast<Button*>(data);
                own.desktop->chosen_(own.id, own.pressed);
            },
            new Button(std::move(button)), [](void* data) { delete static_cast<Button*>(data); });
    }

    std::unique_ptr<NotifyLibrary> library_;
    Chosen chosen_;
    NotifyLibrary::MainLoop* loop_;
    std::deque<NotifyLibrary::Note*> shown_;  // of the loop's thread
    std::thread thread_;
};

}  // namespace

std::unique_ptr<Desktop> Desktop::find(Chosen chosen) {
    if (!(is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")) || !has_session_bus()) return nullptr;
    auto library = NotifyLibrary::load();
    if (!library || library->notify_init("immp") == 0) return nullptr;
    return std::make_unique<NotifyDesktop>(std::move(library), std::move(chosen));
}

}  // namespace immp::bridge::client
