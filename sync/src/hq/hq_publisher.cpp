#include "tillcue/sync/hq_publisher.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "hq_activation.hpp"
#include "hq_broker_session.hpp"
#include "hq_chunk_sweep.hpp"
#include "hq_parcels.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kWindow = 4;
constexpr std::size_t kMostScopes = 1'000;

std::set<Sha256> objects_of(Manifest const& manifest) {
  std::set<Sha256> all{manifest.bundle};
  if (manifest.chunk_list) all.insert(*manifest.chunk_list);
  for (auto const& parcel : manifest.parcels) {
    all.insert(parcel.object);
    if (parcel.list) all.insert(*parcel.list);
  }
  return all;
}

/// What the broker holds under m/+.
struct RetainedManifests {
  std::map<std::string, Manifest> believed;  ///< by scope
  std::map<std::string, Error> not_believed;
  std::map<std::string, std::string> envelopes;  ///< as they came, of both kinds

  [[nodiscard]] std::set<Sha256> objects() const {
    std::set<Sha256> all;
    for (auto const& [scope, manifest] : believed) all.merge(objects_of(manifest));
    return all;
  }
  [[nodiscard]] std::string envelope(std::string const& scope) const {
    auto const it = envelopes.find(scope);
    return it == envelopes.end() ? std::string{} : it->second;
  }
};

class Publishing {
 public:
  Publishing(PublishParts const& parts, PublishOptions const& options, CutBundle cut, std::vector<Cargo> parcels,
             std::span<std::byte const> bundle)
      : parts_(parts),
        options_(options),
        cut_(std::move(cut)),
        parcels_(std::move(parcels)),
        bundle_(bundle),
        topics_(options.chain),
        session_(parts.link) {}

  Result<Published> run();

 private:
  Result<RetainedManifests> read_manifests();
  [[nodiscard]] Result<std::uint64_t> choose_release(RetainedManifests const& retained) const;
  [[nodiscard]] Result<void> fits_broker(std::size_t pieces) const;
  Result<void> upload();
  Result<void> announce();
  void complete();
  struct Piece {
    Sha256 object;
    std::uint32_t index = 0;
    std::span<std::byte const> bytes;
  };
  [[nodiscard]] std::vector<Piece> pieces() const;
  Result<void> keep_copies() const;
  Result<void> still_next(RetainedManifests const& retained);
  Result<void> sweep(RetainedManifests const& retained, std::set<Sha256> const& objects);
  [[nodiscard]] Error explained(Error error) const;
  void say(std::string const& line) const {
    if (parts_.progress) parts_.progress(line);
  }

  PublishParts const& parts_;
  PublishOptions const& options_;
  CutBundle cut_;
  std::vector<Cargo> parcels_;
  std::span<std::byte const> bundle_;
  Topics topics_;
  BrokerSession session_;
  Published published_;
};

Result<RetainedManifests> Publishing::read_manifests() {
  auto const filter = topics_.manifest("+");
  if (auto done = session_.subscribe(filter, options_.patience); !done) return tl::unexpected{done.error()};
  RetainedManifests retained;
  for (auto const& message : session_.drain(options_.quiet, kMostScopes)) {
    auto const topic = topics_.parse(message.topic);
    if (!topic || topic->kind != TopicKind::manifest || message.payload.empty()) continue;
    std::string const scope{topic->name};
    retained.envelopes.insert_or_assign(scope, message.payload);
    retained.believed.erase(scope);
    retained.not_believed.erase(scope);
    auto manifest = unseal(parts_.trusted, message.payload).and_then(decode_manifest);
    if (manifest && (manifest->chain != options_.chain || manifest->scope != scope)) {
      manifest = fail(Code::rejected, "it is signed for another chain or scope");
    }
    if (manifest) retained.believed.insert_or_assign(scope, std::move(*manifest));
    if (!manifest) retained.not_believed.insert_or_assign(scope, manifest.error());
  }
  if (auto done = session_.unsubscribe(filter, options_.patience); !done) return tl::unexpected{done.error()};
  return retained;
}

Result<std::uint64_t> Publishing::choose_release(RetainedManifests const& retained) const {
  auto const foreign = retained.not_believed.find(options_.scope);
  if (foreign != retained.not_believed.end() && options_.release == 0) {
    return fail(Code::rejected, "the manifest on the broker is not believed (" + foreign->second.what +
                                    "), so the next release number is unknown; trust its key, or give --release");
  }
  // One numbering for all scopes: a terminal follows several of them.
  auto known = options_.known_release;
  for (auto const& [scope, manifest] : retained.believed) known = std::max(known, manifest.release);
  if (options_.release == 0) return known + 1;
  if (options_.release > known) return options_.release;
  return fail(Code::rejected, "release " + std::to_string(options_.release) + " is not newer than " +
                                  std::to_string(known) + ", terminals would refuse it; leave --release out");
}

Error Publishing::explained(Error error) const {
  // MQTT 5: 149 is "packet too large", 135 "not authorised"; some brokers hang up instead of answering.
  auto const says = [&](std::string_view words) { return error.what.find(words) != std::string::npos; };
  if (says("keeps no messages")) return error;
  if (error.code == Code::io || says("149") || says("larger than this broker takes")) {
    error.what +=
        "; the broker must take packets of 65536 bytes: raise its limit (mosquitto: message_size_limit, "
        "max_packet_size)";
  } else if (error.code == Code::rejected) {
    error.what += "; allow this client to write " + topics_.manifest("#") + " and its chunks (c/#)";
  }
  return error;
}

/// Everything that has to lie on the broker, the smallest way to the bundle first.
std::vector<Publishing::Piece> Publishing::pieces() const {
  std::vector<Piece> all;
  auto const add = [&](Sha256 const& object, std::span<std::byte const> bytes) {
    for (std::uint32_t n = 0; std::size_t{n} * kChunkBytes < bytes.size(); ++n) {
      auto const begin = std::size_t{n} * kChunkBytes;
      all.push_back({object, n, bytes.subspan(begin, std::min(kChunkBytes, bytes.size() - begin))});
    }
  };
  for (auto const& parcel : parcels_) {
    add(parcel.object, parcel.bytes);
    if (parcel.list_object) add(*parcel.list_object, as_bytes(parcel.list));
  }
  add(cut_.manifest.bundle, bundle_);
  if (cut_.manifest.chunk_list) add(*cut_.manifest.chunk_list, as_bytes(cut_.chunk_list_bytes));
  return all;
}

/// Before anything is sent: the format's pieces are of one size, and all of them lie there at once.
Result<void> Publishing::fits_broker(std::size_t pieces) const {
  auto const& limits = options_.limits;
  auto const name = "the broker (" + std::string{limits.name} + ") ";
  if (!limits.retained) return fail(Code::rejected, name + "keeps no messages: bundles cannot lie there for terminals");
  if (limits.max_payload < kChunkBytes) {
    return fail(Code::rejected, name + "takes messages of " + std::to_string(limits.max_payload) +
                                    " bytes; pieces of a bundle have " + std::to_string(kChunkBytes));
  }
  if (limits.max_retained != 0 && pieces > limits.max_retained) {
    return fail(Code::rejected, name + "keeps " + std::to_string(limits.max_retained) + " messages; this bundle has " +
                                    std::to_string(pieces) + " pieces: publish with --plain or a smaller bundle");
  }
  return {};
}

Result<void> Publishing::upload() {
  auto const all = pieces();
  if (auto good = fits_broker(all.size()); !good) return good;
  auto const make = [&](std::size_t n) -> Result<MqttPublish> {
    return MqttPublish{topics_.chunk(all[n].object, all[n].index), std::string{as_text(all[n].bytes)}, true};
  };
  auto done = session_.publish_all(all.size(), kWindow, make, options_.patience);
  if (!done) return tl::unexpected{explained(done.error()).within("chunks of 61440 bytes")};
  return {};
}

void Publishing::complete() {
  auto& manifest = cut_.manifest;
  manifest.chain = options_.chain;
  manifest.scope = options_.scope;
  manifest.release = published_.release;
  manifest.created = options_.created;
  manifest.expires = options_.expires;
  manifest.minimum_version = options_.minimum_version;
  manifest.note = options_.note;
}

Result<void> Publishing::announce() {
  auto const body = encode_manifest(cut_.manifest);
  if (!body) return tl::unexpected{body.error().within("manifest")};
  auto envelope = seal(parts_.key, *body);
  if (!envelope) return tl::unexpected{envelope.error().within("manifest")};
  auto done = session_.publish({topics_.manifest(options_.scope), std::move(*envelope), true}, options_.patience);
  if (!done) return tl::unexpected{done.error().within("manifest")};
  return {};
}

Result<void> Publishing::keep_copies() const {
  if (parts_.shelf == nullptr) return {};
  if (auto done = parts_.shelf->put(cut_.manifest.bundle, bundle_); !done) return done;
  for (auto const& parcel : parcels_) {
    if (auto done = parts_.shelf->put(parcel.object, parcel.bytes); !done) return done;
    if (!parcel.list_object) continue;
    if (auto done = parts_.shelf->put(*parcel.list_object, as_bytes(parcel.list)); !done) return done;
  }
  if (!cut_.manifest.chunk_list) return {};
  return parts_.shelf->put(*cut_.manifest.chunk_list, as_bytes(cut_.chunk_list_bytes));
}

/// Two publishers that read the same manifest would give one number to two bundles, and the fleet would split.
Result<void> Publishing::still_next(RetainedManifests const& retained) {
  auto const fresh = read_manifests();
  if (!fresh) return tl::unexpected{fresh.error()};
  if (fresh->envelope(options_.scope) == retained.envelope(options_.scope)) return {};
  return fail(Code::rejected, "somebody else published to scope " + options_.scope + " while the chunks of release " +
                                  std::to_string(published_.release) +
                                  " were on their way; nothing was announced: see what it was and publish again");
}

/// Only what lay there before the upload may go: newer chunks belong to us or to a publisher that has not announced
/// yet.
Result<void> Publishing::sweep(RetainedManifests const& retained, std::set<Sha256> const& objects) {
  auto const fresh = read_manifests();
  if (!fresh) return tl::unexpected{fresh.error().within("clearing old chunks")};
  for (auto const& [scope, error] : fresh->not_believed) {
    say("old chunks are left alone: scope " + scope + " has a manifest that is not believed (" + error.what + ")");
    return {};
  }
  auto keep = retained.objects();  // among them the release just replaced: terminals may be fetching it still
  keep.merge(fresh->objects());
  keep.merge(objects_of(cut_.manifest));
  auto const cleared = sweep_chunks(session_, topics_, objects, keep, {options_.patience, options_.quiet});
  if (!cleared) return tl::unexpected{cleared.error().within("clearing old chunks")};
  published_.cleared_chunks = *cleared;
  return {};
}

Result<Published> Publishing::run() {
  if (auto done = session_.connect(options_.patience); !done) return tl::unexpected{done.error()};
  auto const retained = read_manifests();
  if (!retained) return tl::unexpected{retained.error()};
  auto const release = choose_release(*retained);
  if (!release) return tl::unexpected{release.error()};
  auto const objects = retained_objects(session_, topics_, {options_.patience, options_.quiet});
  if (!objects) return tl::unexpected{objects.error()};
  published_.release = *release;
  complete();
  // What no terminal could read is better told before the upload than behind it.
  if (auto const body = encode_manifest(cut_.manifest); !body) return tl::unexpected{body.error().within("manifest")};
  if (auto done = keep_copies(); !done) return tl::unexpected{done.error()};

  published_.bundle = cut_.manifest.bundle;
  published_.bytes = bundle_.size();
  published_.chunks = cut_.chunks.size();
  published_.parcels = parcels_.size();
  published_.smallest = bundle_.size();
  for (auto const& parcel : parcels_)
    published_.smallest = std::min(published_.smallest, std::uint64_t{parcel.bytes.size()});
  say("release " + std::to_string(*release) + ": " + std::to_string(bundle_.size()) + " bytes in " +
      std::to_string(cut_.chunks.size()) + " chunks");

  auto const begun = std::chrono::steady_clock::now();
  if (auto done = upload(); !done) return tl::unexpected{done.error()};
  if (parts_.hand_over) {
    auto const number = parts_.hand_over(cut_.manifest);
    if (!number) return tl::unexpected{number.error()};
    published_.release = *number;
  } else {
    if (auto done = still_next(*retained); !done) return tl::unexpected{done.error()};
    if (auto done = announce(); !done) return tl::unexpected{done.error()};
  }
  published_.upload = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);

  // Before the wait: what is known of the broker now would be out of date after it.
  if (auto done = sweep(*retained, *objects); !done) return tl::unexpected{done.error()};
  if (options_.wait.count() > 0) {
    auto const scope = Scope::parse(options_.scope);
    if (!scope) return tl::unexpected{scope.error()};
    auto const seen =
        await_activation(session_, topics_, {published_.release, *scope, options_.wait, options_.patience},
                         [this](std::string const& line) { say(line); });
    if (!seen) return tl::unexpected{seen.error()};
    published_.elsewhere = seen->elsewhere;
    published_.online = seen->online;
    published_.active = seen->active;
  }
  return published_;
}

}  // namespace

Result<Published> publish_bundle(PublishParts const& parts, std::span<std::byte const> bundle,
                                 PublishOptions const& options) {
  if (auto const valid = Bundle::from_bytes(bundle); !valid) return tl::unexpected{valid.error()};
  if (!is_topic_name(options.chain)) {
    return fail(Code::invalid,
                "chain: \"" + options.chain + "\" cannot stand in a topic; use 1 to 64 letters, digits, - _ . :");
  }
  if (options.scope == kNextScope)
    return fail(Code::invalid, "scope: \"next\" is a rollout's; see `tillcue-hq rollout`");
  if (auto const scope = Scope::parse(options.scope); !scope) return tl::unexpected{scope.error()};
  if (!compare_versions(options.minimum_version, "0")) {
    return fail(Code::invalid, "minimum version \"" + options.minimum_version + "\": must be like 1.2.3");
  }
  auto cut = cut_bundle(bundle);
  if (!cut) return tl::unexpected{cut.error()};
  auto probes = make_probes(bundle);
  if (!probes) return tl::unexpected{probes.error()};
  cut->manifest.probes = std::move(*probes);
  auto parcels = options.parcels ? make_parcels(cut->manifest, bundle, options.bases, parts.progress)
                                 : Result<std::vector<Cargo>>(std::vector<Cargo>{});
  if (!parcels) return tl::unexpected{parcels.error()};
  return Publishing{parts, options, std::move(*cut), std::move(*parcels), bundle}.run();
}

}  // namespace tillcue::sync
