// libnotify.so.4 and the GLib below it, by name: what of their interfaces `desktop.cpp` uses. Declared here
// and not by their headers, so that whoever builds or runs `immp` on a server needs neither; both interfaces
// have been the same since libnotify 0.7 (2010). https://gnome.pages.gitlab.gnome.org/libnotify/
#pragma once

#include <memory>

namespace immp::bridge::client {

struct NotifyLibrary {
    struct Note;      ///< NotifyNotification
    struct MainLoop;  ///< GMainLoop
    struct Context;   ///< GMainContext
    struct List {     ///< GList
        void* data;
        List* next;
        List* previous;
    };
    struct Error {  ///< GError
        unsigned domain;
        int code;
        char* message;
    };
    using Act = void (*)(Note* note, char* action, void* data);
    using Free = void (*)(void* data);
    using Step = int (*)(void* data);
    enum Urgency { low, normal, critical };

    int (*notify_init)(const char* name);
    List* (*notify_get_server_caps)();
    Note* (*notify_notification_new)(const char* title, const char* text, const char* icon);
    void (*notify_notification_add_action)(Note* note, const char* action, const char* label, Act act,
                                           void* data, Free free);
    void (*notify_notification_set_urgency)(Note* note, Urgency urgency);
    int (*notify_notification_show)(Note* note, Error** error);
    void (*g_object_unref)(void* object);
    void (*g_error_free)(Error* error);
    void (*g_list_free_full)(List* list, Free free);
    void (*g_free)(void* data);
    MainLoop* (*g_main_loop_new)(Context* context, int is_running);
    void (*g_main_loop_run)(MainLoop* loop);
    void (*g_main_loop_quit)(MainLoop* loop);
    void (*g_main_loop_unref)(MainLoop* loop);
    /// Runs the step in the thread of the main loop, again and again until it returns 0.
    unsigned (*g_idle_add)(Step step, void* data);

    /// Nothing where it is not installed. Stays loaded: GLib cannot be taken out again.
    [[nodiscard]] static std::unique_ptr<NotifyLibrary> load();
};

}  // namespace immp::bridge::client
