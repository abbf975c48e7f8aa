// The desk's answers to the MBOX verbs that change a mailbox.
#include "bridge/node/answering.hpp"
#include "bridge/node/desk.hpp"
#include "bridge/node/filing.hpp"
#include "bridge/node/keeping.hpp"
#include "bridge/node/segment_source.hpp"

namespace immp::bridge {

void Desk::serve(CreateFolder request, AnswerDone done) {
    services_.store.write<FolderPath>(
        [request = std::move(request)](Transaction& transaction) {
            return create_folder(transaction, request);
        },
        answering<FolderPath>(std::move(done)));
}

void Desk::serve(RenameFolder request, AnswerDone done) {
    services_.store.write<FolderPath>(
        [request = std::move(request)](Transaction& transaction) {
            return rename_folder(transaction, request);
        },
        answering<FolderPath>(std::move(done)));
}

void Desk::serve(DropFolder request, AnswerDone done) {
    services_.store.write<Removed>(
        [request = std::move(request)](Transaction& transaction) {
            return drop_folder(transaction, request);
        },
        answering<Removed>(std::move(done)));
}

void Desk::serve(ListFolders request, AnswerDone done) {
    services_.store.read<MailboxStatus>(
        [request = std::move(request)](Transaction& transaction) {
            return list_folders(transaction, request);
        },
        answering<MailboxStatus>(std::move(done)));
}

void Desk::serve(PlaceMessage request, AnswerDone done) {
    services_.store.write<FolderPath>(
        [request = std::move(request),
         context = FilingContext{services_.now(), services_.uuid, services_.limits.mailbox_bytes}](
            Transaction& transaction) { return place_message(transaction, request, context); },
        answering<FolderPath>(std::move(done)));
}

void Desk::serve(FlagMessage request, AnswerDone done) {
    services_.store.write<MessageFlags>(
        [request = std::move(request)](Transaction& transaction) {
            return flag_message(transaction, request);
        },
        answering<MessageFlags>(std::move(done)));
}

void Desk::serve(RemoveMessage request, AnswerDone done) {
    services_.store.write<Removed>(
        [request = std::move(request), now = services_.now()](Transaction& transaction) {
            return remove_message(transaction, request, now);
        },
        answering<Removed>(std::move(done)));
}

void Desk::serve(AskQuota request, AnswerDone done) {
    services_.store.read<QuotaStatus>(
        [request = std::move(request), unset = services_.limits.mailbox_bytes](Transaction& transaction) {
            return quota_of(transaction, request, unset);
        },
        answering<QuotaStatus>(std::move(done)));
}

void Desk::serve(CommitLease request, AnswerDone done) {
    services_.store.write<Done>(
        [request = std::move(request), now = services_.now()](Transaction& transaction) {
            return commit_lease(transaction, request, now);
        },
        answering<Done>(std::move(done)));
}

/// FETCH +REMOVE: nothing is given before the lease that hides it is durable, or two clients could be given
/// the same message.
void Desk::take(FetchMessage request, AnswerDone done) {
    const std::string lease = new_lease();
    services_.store.write<FoundMessage>(
        [request = std::move(request), lease, now = services_.now()](Transaction& transaction) {
            return take_message(transaction, request, lease, now);
        },
        [lease, &services = services_, done = std::move(done)](Result<FoundMessage> found) mutable {
            if (!found) return done(std::unexpected(std::move(found.error())));
            done(AnswerValue(Fetched{
                std::make_shared<SegmentSource>(services.store, services.in_use, std::move(found->segments)),
                found->type, lease, kTakenFor}));
        });
}

}  // namespace immp::bridge
