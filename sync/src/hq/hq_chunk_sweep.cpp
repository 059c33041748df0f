#include "hq_chunk_sweep.hpp"

#include <string>
#include <utility>
#include <vector>

#include "tillcue/sync/manifest.hpp"

namespace tillcue::sync {
namespace {

constexpr std::size_t kMostObjects = 1'000;
constexpr std::size_t kClearWindow = 4;

/// All pieces of `object`, or the first piece of every object.
std::string filter_of(Topics const& topics, Sha256 const& object, bool any_object) {
  auto topic = topics.chunk(object, 0);
  topic.resize(topic.rfind('/'));
  if (!any_object) return topic + "/+";
  topic.resize(topic.rfind('/'));
  return topic + "/+/0";
}

Result<std::set<std::uint32_t>> retained_chunks(BrokerSession& session, Topics const& topics, Sha256 const& object,
                                                SweepOptions const& options) {
  auto const filter = filter_of(topics, object, false);
  if (auto done = session.subscribe(filter, options.patience); !done) return tl::unexpected{done.error()};
  std::set<std::uint32_t> indexes;
  for (auto const& message : session.drain(options.quiet, kMaxChunks)) {
    auto const topic = topics.parse(message.topic);
    if (topic && topic->kind == TopicKind::chunk && topic->object == object && !message.payload.empty()) {
      indexes.insert(topic->index);
    }
  }
  if (auto done = session.unsubscribe(filter, options.patience); !done) return tl::unexpected{done.error()};
  return indexes;
}

Result<std::size_t> clear_object(BrokerSession& session, Topics const& topics, Sha256 const& object,
                                 SweepOptions const& options) {
  std::size_t cleared = 0;
  // Brokers queue about a thousand messages a client and drop the rest silently: ask until nothing is left.
  for (;;) {
    auto const indexes = retained_chunks(session, topics, object, options);
    if (!indexes) return tl::unexpected{indexes.error()};
    if (indexes->empty()) return cleared;
    // Piece 0 goes last: while anything is left, the object can still be found.
    std::vector<std::uint32_t> const order{indexes->rbegin(), indexes->rend()};
    auto const clearing = [&](std::size_t n) -> Result<MqttPublish> {
      return MqttPublish{topics.chunk(object, order[n]), "", true};
    };
    auto const done = session.publish_all(order.size(), kClearWindow, clearing, options.patience);
    if (!done) return tl::unexpected{done.error()};
    cleared += order.size();
  }
}

}  // namespace

Result<std::set<Sha256>> retained_objects(BrokerSession& session, Topics const& topics, SweepOptions const& options) {
  // The first chunk of each object tells which objects there are, without fetching them.
  auto const filter = filter_of(topics, Sha256{}, true);
  if (auto done = session.subscribe(filter, options.patience); !done) return tl::unexpected{done.error()};
  std::set<Sha256> objects;
  for (auto const& message : session.drain(options.quiet, kMostObjects)) {
    auto const topic = topics.parse(message.topic);
    if (topic && topic->kind == TopicKind::chunk && !message.payload.empty()) objects.insert(topic->object);
  }
  if (auto done = session.unsubscribe(filter, options.patience); !done) return tl::unexpected{done.error()};
  return objects;
}

Result<std::size_t> sweep_chunks(BrokerSession& session, Topics const& topics, std::set<Sha256> const& objects,
                                 std::set<Sha256> const& keep, SweepOptions const& options) {
  std::size_t cleared = 0;
  for (auto const& object : objects) {
    if (keep.contains(object)) continue;
    auto const done = clear_object(session, topics, object, options);
    if (!done) return done;
    cleared += *done;
  }
  return cleared;
}

}  // namespace tillcue::sync
