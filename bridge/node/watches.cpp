#include "bridge/node/watches.hpp"

#include <utility>

#include "bridge/node/desk.hpp"
#include "bridge/node/place.hpp"

namespace immp::bridge {
namespace {

/// Rights are looked up each time: who has none any more hears nothing more.
Result<MailboxStatus> watched(Transaction& transaction, FolderId folder, const WatchFolder& request) {
    const auto reach = reach_of(transaction, request.account, request.owner);
    if (!reach) return std::unexpected(reach.error());
    auto counted = transaction.mailboxes().count({folder, reach->member}, {});
    if (!counted) return std::unexpected(std::move(counted.error()));
    if (counted->path.empty()) return fail(404, "The folder was dropped");
    if (auto seen = reach->allow(counted->path, Right::read); !seen)
        return std::unexpected(std::move(seen.error()));
    return MailboxStatus{{reach->shown + counted->path, counted->unread, counted->total}};
}

}  // namespace

void Watches::add(FolderId folder, std::weak_ptr<FolderWatch> watch) {
    const auto [begin, end] = watches_.equal_range(folder);
    for (auto each = begin; each != end;)
        each = each->second.expired() ? watches_.erase(each) : std::next(each);
    watches_.emplace(folder, std::move(watch));
}

void Watches::on_changed(const std::vector<FolderId>& folders) {
    std::vector<std::shared_ptr<FolderWatch>> woken;
    for (const FolderId folder : folders) {
        const auto [begin, end] = watches_.equal_range(folder);
        for (auto each = begin; each != end;) {
            auto watch = each->second.lock();
            if (watch) woken.push_back(std::move(watch));
            each = each->second.expired() ? watches_.erase(each) : std::next(each);
        }
    }
    for (const auto& watch : woken)
        watch->on_change();
}

void Watches::look_again() {
    std::vector<FolderId> folders;
    for (const auto& [folder, watch] : watches_)
        if (folders.empty() || folders.back() != folder) folders.push_back(folder);
    on_changed(folders);
}

void FolderWatch::ask(const WatchFolder& request, SessionHost::AnswerDone done) {
    if (waiting_) return done(fail(700, "Internal error", "a watch was asked twice"));
    waiting_ = std::move(done);
    if (folder_ == 0) {
        request_ = request;
        return find();
    }
    if (is_changed_ && !is_reading_) tell();
}

void FolderWatch::on_change() {
    is_changed_ = true;
    if (waiting_ && !is_reading_) tell();
}

void FolderWatch::end() {
    answer(fail(410, "The watch has ended"));
}

void FolderWatch::find() {
    store_.read<FolderId>(
        [request = request_](Transaction& transaction) -> Result<FolderId> {
            const auto site = site_of(transaction, request.account, request.owner, request.path, Right::read);
            if (!site) return std::unexpected(site.error());
            return site->folder.id;
        },
        [self = weak_from_this()](Result<FolderId> folder) {
            const auto watch = self.lock();
            if (!watch) return;
            if (!folder) return watch->answer(std::unexpected(std::move(folder.error())));
            // Told of changes from here on, and only then read: nothing falls in between.
            watch->folder_ = *folder;
            watch->watches_.add(*folder, watch);
            watch->tell();
        });
}

void FolderWatch::tell() {
    is_changed_ = false;
    is_reading_ = true;
    store_.read<MailboxStatus>(
        [folder = folder_, request = request_](Transaction& transaction) {
            return watched(transaction, folder, request);
        },
        [self = weak_from_this()](Result<MailboxStatus> status) {
            const auto watch = self.lock();
            if (!watch) return;
            watch->is_reading_ = false;
            if (!status) return watch->answer(std::unexpected(std::move(status.error())));
            watch->answer(AnswerValue(std::move(*status)));
        });
}

void FolderWatch::answer(Answer given) {
    if (auto done = std::exchange(waiting_, nullptr)) done(std::move(given));
}

void Desk::serve(WatchFolder request, AnswerDone done) {
    auto& watch = watching_[request.watch];
    if (!watch) watch = std::make_shared<FolderWatch>(services_.store, watches_);
    watch->ask(request, std::move(done));
}

void Desk::serve(EndWatch request, AnswerDone done) {
    auto ended = watching_.extract(request.watch);
    if (!ended.empty()) ended.mapped()->end();
    done(AnswerValue(Done{}));
}

}  // namespace immp::bridge
