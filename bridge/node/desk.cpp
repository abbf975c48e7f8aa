#include "bridge/node/desk.hpp"

#include <set>
#include <utility>

#include "bridge/node/answering.hpp"
#include "bridge/node/blocking.hpp"
#include "bridge/node/login.hpp"
#include "bridge/node/packed_source.hpp"
#include "bridge/node/preferences.hpp"
#include "bridge/node/reading.hpp"
#include "bridge/node/searching.hpp"
#include "bridge/node/submission.hpp"
#include "bridge/node/xmpp_entrance.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

std::vector<std::string> queued_domains(const Submit& request, const Submitted& submitted) {
    std::set<std::string> domains;
    for (std::size_t i = 0; i < submitted.outcomes.size(); ++i) {
        if (submitted.outcomes[i].code == 273) domains.insert(request.recipients[i].domain);
    }
    return {domains.begin(), domains.end()};
}

/// Lets the session in, unless it has ended meanwhile.
void enter(Logins& logins, const std::weak_ptr<Login>& session, Login given) {
    const LoginPtr login = session.lock();
    if (!login) return;
    given.ended = std::move(login->ended);
    *login = std::move(given);
    logins.add(login);
}

}  // namespace

Desk::Desk(const NodeServices& services, Watches& watches, Logins& logins, KeyDirectory& directory,
           FeedDirectory& feeds, PeerEntrance& entrance, const Programs& programs, std::string address,
           Queued queued)
    : services_(services),
      watches_(watches),
      logins_(logins),
      directory_(directory),
      feeds_(feeds),
      entrance_(entrance),
      programs_(programs),
      address_(std::move(address)),
      room_(services.staging->of(address_)),
      queued_(std::move(queued)) {}

Desk::~Desk() {
    backlog_->on_less = nullptr;
    logins_.remove(login_);
    for (auto& [delivery, upload] : std::exchange(uploads_, {}))
        discard(services_.store, finish(upload));
}

/// At once, not at DONE: what is refused again and again would fill the disk meanwhile.
void Desk::drop_part(DropPart part) {
    const auto upload = uploads_.find(part.delivery);
    if (upload == uploads_.end()) return;
    auto dropped = upload->second.extract(part.part);
    if (!dropped.empty()) discard(services_.store, {dropped.mapped().finish()});
}

void Desk::drop_delivery(DeliveryId delivery) {
    auto dropped = uploads_.extract(delivery);
    if (!dropped.empty()) discard(services_.store, finish(dropped.mapped()));
}

std::vector<StagedBody> Desk::finish(Upload& upload) {
    std::vector<StagedBody> bodies;
    for (auto& [part, stage] : upload)
        bodies.push_back(stage.finish());
    return bodies;
}

void Desk::on_uncongested(std::function<void()> resume) {
    backlog_->on_less = [this, resume = std::move(resume)] {
        if (!congested()) resume();
    };
}

void Desk::ask(Request request, AnswerDone done) {
    std::visit([&](auto& question) { serve(std::move(question), std::move(done)); }, request);
}

void Desk::part_octets(PartOctets octets) {
    Upload& upload = uploads_[octets.delivery];
    auto& stage =
        upload.try_emplace(octets.part, services_.store, StageWait::queue, services_.now(), backlog_, room_)
            .first->second;
    stage.append(octets.octets);
    std::size_t held_bytes = 0;
    BodyStage* largest = &stage;
    for (auto& [part, body] : upload) {
        held_bytes += body.held_bytes();
        if (body.held_bytes() > largest->held_bytes()) largest = &body;
    }
    if (held_bytes > kDeliveryHeldBytes) largest->flush();
}

void Desk::pull(BodySourcePtr source, PullDone done) {
    std::static_pointer_cast<PieceSource>(std::move(source))->pull(std::move(done));
}

void Desk::serve(Submit request, AnswerDone done) {
    Upload upload = std::exchange(uploads_[request.delivery], {});
    uploads_.erase(request.delivery);
    std::vector<StagedBody> staged;
    for (const SubmittedPart& part : request.parts) {
        const auto body = upload.find(part.number);
        if (body == upload.end()) return done(fail(700, "Internal error", "a part has no body"));
        staged.push_back(body->second.finish());
        upload.erase(body);
    }
    discard(services_.store, finish(upload));  // of parts that it does not name
    auto bodies = std::make_shared<const std::vector<StagedBody>>(std::move(staged));
    auto asked = std::make_shared<const Submit>(std::move(request));
    services_.store.write<Submitted>(
        [asked, bodies, context = SubmissionContext{drop_context(services_), services_.sender_rate}](
            Transaction& transaction) { return submit(transaction, *asked, *bodies, context); },
        [asked, bodies, &store = services_.store, queued = queued_,
         done = std::move(done)](Result<Submitted> result) mutable {
            if (!result) {
                discard(store, *bodies);
                return done(std::unexpected(std::move(result.error())));
            }
            const auto domains = queued_domains(*asked, *result);
            done(AnswerValue(std::move(*result)));
            if (!domains.empty()) queued(domains);
        });
}

/// Takes the seats at once, before anything is marked read; what is found is packed before it is answered.
/// Null where there was no seat, and `done` was told.
SessionHost::AnswerDone Desk::packing(Compression compression, AnswerDone done) {
    PackedSource::Seats seats = {packing_->take(), services_.codecs->take()};
    if (!seats[0])
        done(std::unexpected(
            refusal(429, "At most " + std::to_string(kSessionCodecs) + " compressed bodies at once")));
    else if (!seats[1])
        done(std::unexpected(refusal(705)));
    if (!seats[0] || !seats[1]) return nullptr;
    return [compression, &services = services_, seats = std::move(seats),
            done = std::move(done)](Answer answer) mutable {
        if (!answer) return done(std::move(answer));
        auto& fetched = std::get<Fetched>(*answer);
        auto source = std::make_shared<PackedSource>(
            std::static_pointer_cast<SegmentSource>(std::move(fetched.source)), compression,
            PackedSource::Place{services.workers, services.post}, std::move(seats));
        source->measure(
            [source, whole = std::move(fetched), done = std::move(done)](Result<void> measured) mutable {
                if (!measured) return done(std::unexpected(std::move(measured.error())));
                whole.source = std::move(source);
                done(AnswerValue(std::move(whole)));
            });
    };
}

void Desk::serve(FetchMessage request, AnswerDone done) {
    if (request.compression != Compression::none) done = packing(request.compression, std::move(done));
    if (!done) return;
    if (request.remove) return take(std::move(request), std::move(done));
    const bool marks = request.mark_read;
    auto asked = std::make_shared<const FetchMessage>(std::move(request));
    services_.store.read<FoundMessage>(
        [asked](Transaction& transaction) { return find_message(transaction, *asked); },
        [asked, marks, &services = services_, done = std::move(done)](Result<FoundMessage> found) mutable {
            if (!found) return done(std::unexpected(std::move(found.error())));
            Fetched fetched{
                std::make_shared<SegmentSource>(services.store, services.in_use, std::move(found->segments)),
                found->type,
                {},
                {}};
            if (!marks || found->was_read) return done(AnswerValue(std::move(fetched)));
            // The mark is part of the answer: a CHECK that follows counts one less. Where it cannot be kept
            // (a full disk) the message is given all the same, and stays unread.
            services.store.write<Done>(
                [asked, view = found->view](Transaction& transaction) -> Result<Done> {
                    auto marked = transaction.mailboxes().mark(view, asked->uuid, Mark::read);
                    if (!marked) return std::unexpected(std::move(marked.error()));
                    return Done{};
                },
                [fetched = std::move(fetched), done = std::move(done)](Result<Done> marked) mutable {
                    if (!marked && marked.error().code != 702)
                        return done(std::unexpected(std::move(marked.error())));
                    done(AnswerValue(std::move(fetched)));
                });
        });
}

void Desk::serve(AddDevice request, AnswerDone done) {
    // Argon2id runs on a worker; the callback comes back to the I/O thread with the store's.
    services_.workers.run([&store = services_.store, now = services_.now(), request = std::move(request),
                           done = std::move(done)]() mutable {
        auto secret = std::make_shared<armor::SecretText>(fresh_secret());
        auto salt = read_and_wait<armor::Salt>(store, [&](Transaction& transaction) -> Result<armor::Salt> {
            auto key = store_secret(transaction);
            if (!key) return std::unexpected(std::move(key.error()));
            return armor::account_salt(*key, request.account);
        });
        auto credential = salt ? make_credential(*secret, *salt)
                               : Result<StoredCredential>(std::unexpected(std::move(salt.error())));
        auto made = std::make_shared<Result<StoredCredential>>(std::move(credential));
        store.write<Done>(
            [made, request, now](Transaction& transaction) -> Result<Done> {
                if (!*made) return std::unexpected((*made).error());
                return add_device(transaction, request, **made, now);
            },
            [secret, done = std::move(done)](Result<Done> result) mutable {
                if (!result) return done(std::unexpected(std::move(result.error())));
                done(AnswerValue(DeviceSecret{std::string(secret->view())}));
            });
    });
}

void Desk::serve(LookUpCredential request, AnswerDone done) {
    services_.store.read<Credential>(
        [request = std::move(request)](Transaction& transaction) { return look_up(transaction, request); },
        answering<Credential>(std::move(done)));
}

void Desk::serve(AdmitUser request, AnswerDone done) {
    auto told = [account = request.account, &logins = logins_, session = std::weak_ptr(login_),
                 done = std::move(done)](Result<AccountId> admitted) mutable {
        if (!admitted) return done(std::unexpected(std::move(admitted.error())));
        enter(logins, session, {std::move(account), "", *admitted, {}});
        done(AnswerValue(Done{}));
    };
    admit_user(services_, std::move(request), std::move(told));
}

void Desk::serve(RenewPassword request, AnswerDone done) {
    services_.store.write<Done>(
        [request = std::move(request), now = services_.now()](Transaction& transaction) {
            return renew_password(transaction, request, now);
        },
        answering<Done>(std::move(done)));
}

void Desk::serve(RecordLogin request, AnswerDone done) {
    auto asked = std::make_shared<const RecordLogin>(std::move(request));
    auto told = [asked, &logins = logins_, session = std::weak_ptr(login_),
                 done = std::move(done)](Result<ProvedLogin> login) mutable {
        if (!login) return done(std::unexpected(std::move(login.error())));
        enter(logins, session, {asked->account, login->of_device ? asked->device : "", login->account, {}});
        done(AnswerValue(Done{}));
    };
    services_.store.write<ProvedLogin>(
        [asked, now = services_.now()](Transaction& transaction) {
            return record_login(transaction, *asked, now);
        },
        [asked, &services = services_, told = std::move(told)](Result<ProvedLogin> recorded) mutable {
            // The time of a login is no promise: on a full disk whoever is known may still read.
            const bool is_full = !recorded && recorded.error().code == 702 && !services.store.broken();
            if (!is_full) return told(std::move(recorded));
            services.log(LogLevel::warning, "a login was not recorded: " + recorded.error().detail);
            services.store.read<ProvedLogin>(
                [asked](Transaction& transaction) { return check_login(transaction, *asked); },
                std::move(told));
        });
}

/// Looks when the words of all that was taken before are there.
void Desk::search(std::move_only_function<void(AnswerDone)> look, AnswerDone done) {
    gather_all_words(services_.store,
                     [look = std::move(look), done = std::move(done)](Result<Done> gathered) mutable {
                         if (!gathered) return done(std::unexpected(std::move(gathered.error())));
                         look(std::move(done));
                     });
}

void Desk::serve(CheckMailbox request, AnswerDone done) {
    const bool is_search = request.selector.kind == SelectorKind::text;
    auto look = [&store = services_.store, request = std::move(request), is_search](AnswerDone told) mutable {
        store.read<MailboxStatus>(
            [request = std::move(request), is_search](Transaction& transaction) {
                return is_search ? check_words(transaction, request) : check_mailbox(transaction, request);
            },
            answering<MailboxStatus>(std::move(told)));
    };
    is_search ? search(std::move(look), std::move(done)) : look(std::move(done));
}

void Desk::serve(IndexMailbox request, AnswerDone done) {
    const bool is_search = request.selector.kind == SelectorKind::text;
    auto look = [&store = services_.store, request = std::move(request)](AnswerDone told) mutable {
        store.read<IndexPage>([request = std::move(request)](
                                  Transaction& transaction) { return index_mailbox(transaction, request); },
                              answering<IndexPage>(std::move(told)));
    };
    is_search ? search(std::move(look), std::move(done)) : look(std::move(done));
}

void Desk::serve(ListDevices request, AnswerDone done) {
    services_.store.read<DeviceList>(
        [request = std::move(request)](Transaction& transaction) {
            return list_devices(transaction, request);
        },
        answering<DeviceList>(std::move(done)));
}

void Desk::serve(ListSettings request, AnswerDone done) {
    services_.store.read<SettingList>(
        [request = std::move(request)](Transaction& transaction) {
            return list_settings(transaction, request);
        },
        answering<SettingList>(std::move(done)));
}

void Desk::serve(ChangeSetting request, AnswerDone done) {
    services_.store.write<Done>(
        [request = std::move(request)](Transaction& transaction) {
            return change_setting(transaction, request);
        },
        answering<Done>(std::move(done)));
}

void Desk::serve(ListBlocks request, AnswerDone done) {
    services_.store.read<BlockList>(
        [request = std::move(request), now = services_.now()](Transaction& transaction) {
            return list_blocks(transaction, request, now);
        },
        answering<BlockList>(std::move(done)));
}

void Desk::serve(AddBlock request, AnswerDone done) {
    services_.store.write<Done>(
        [request = std::move(request)](Transaction& transaction) { return add_block(transaction, request); },
        answering<Done>(std::move(done)));
}

void Desk::serve(DropBlock request, AnswerDone done) {
    services_.store.write<Done>(
        [request = std::move(request)](Transaction& transaction) { return drop_block(transaction, request); },
        answering<Done>(std::move(done)));
}

void Desk::serve(ListRefused request, AnswerDone done) {
    services_.store.read<RefusedList>(
        [request = std::move(request)](Transaction& transaction) {
            return list_refused(transaction, request);
        },
        answering<RefusedList>(std::move(done)));
}

void Desk::serve(RevokeDevice request, AnswerDone done) {
    services_.store.write<Done>(
        [request](Transaction& transaction) { return revoke_device(transaction, request); },
        [request, &logins = logins_, done = std::move(done)](Result<Done> revoked) mutable {
            if (!revoked) return done(std::unexpected(std::move(revoked.error())));
            done(AnswerValue(Done{}));
            logins.on_revoked(request.account,
                              request.device);  // behind the answer, which may go to one of them
        });
}

void Desk::serve(FindKeys request, AnswerDone done) {
    directory_.find(std::move(request), answering<KeyRecords>(std::move(done)));
}

void Desk::serve(PublishKey request, AnswerDone done) {
    const auto body = take_part(request.delivery, request.part);
    if (!body) return done(fail(700, "Internal error", "a part has no body"));
    const auto record = body->in_memory();
    if (record)
        directory_.publish(request.account, std::string(*record), answering<PublishedKey>(std::move(done)));
    else
        done(fail(413, "A key record has at most " + std::to_string(armor::kMaxRecordBytes) + " octets"));
    discard(services_.store, {*body});
}

std::optional<StagedBody> Desk::take_part(DeliveryId delivery, std::uint32_t part) {
    Upload upload = std::exchange(uploads_[delivery], {});
    uploads_.erase(delivery);
    const auto sent = upload.find(part);
    if (sent == upload.end()) return std::nullopt;
    StagedBody body = sent->second.finish();
    upload.erase(sent);
    discard(services_.store, finish(upload));
    return body;
}

}  // namespace immp::bridge
