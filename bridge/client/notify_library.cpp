#include "bridge/client/notify_library.hpp"

#include <dlfcn.h>

namespace immp::bridge::client {

namespace {

/// Of the library or of one below it.
template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

}  // namespace

std::unique_ptr<NotifyLibrary> NotifyLibrary::load() {
    void* const library = ::dlopen("libnotify.so.4", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) return nullptr;
    auto all = std::make_unique<NotifyLibrary>();
    const bool found =
        find(library, "notify_init", all->notify_init) &&
        find(library, "notify_get_server_caps", all->notify_get_server_caps) &&
        find(library, "notify_notification_new", all->notify_notification_new) &&
        find(library, "notify_notification_add_action", all->notify_notification_add_action) &&
        find(library, "notify_notification_set_urgency", all->notify_notification_set_urgency) &&
        find(library, "notify_notification_show", all->notify_notification_show) &&
        find(library, "g_object_unref", all->g_object_unref) &&
        find(library, "g_error_free", all->g_error_free) &&
        find(library, "g_list_free_full", all->g_list_free_full) && find(library, "g_free", all->g_free) &&
        find(library, "g_main_loop_new", all->g_main_loop_new) &&
        find(library, "g_main_loop_run", all->g_main_loop_run) &&
        find(library, "g_main_loop_quit", all->g_main_loop_quit) &&
        find(library, "g_main_loop_unref", all->g_main_loop_unref) &&
        find(library, "g_idle_add", all->g_idle_add);
    return found ? std::move(all) : nullptr;
}

}  // namespace immp::bridge::client
