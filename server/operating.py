"""What whoever runs the server can look at: the counters, with the gauges of everything that has a size or a length."""

import threading
from typing import TYPE_CHECKING

from convoscope.server.metrics import Metrics, open_files, resident

if TYPE_CHECKING:
    from convoscope.server.services import Services
    from convoscope.server.work import Work


def metrics_of(services: "Services", work: "Work") -> Metrics:
    """The metrics of a server."""
    made, results, answers, queue = Metrics(), services.results, services.answers, work.queue
    decoder, reader = services.decoder, services.brought.reader
    rows = (
        ("convoscope_results_computed_total", "counter", "Results computed.", lambda: results.computed),
        ("convoscope_results_shared_total", "counter", "Results found, or shared with another.", lambda: results.found),
        ("convoscope_answers_made_total", "counter", "Answers put together.", lambda: answers.computed),
        ("convoscope_answers_shared_total", "counter", "Answers found, or shared with another.", lambda: answers.found),
        ("convoscope_results_bytes", "gauge", "Memory of kept results.", lambda: results.memory.size),
        ("convoscope_answers_bytes", "gauge", "Memory of kept answers.", lambda: answers.memory.size),
        ("convoscope_images_bytes", "gauge", "Memory of uploaded pictures.", lambda: services.uploads.size),
        ("convoscope_networks_bytes", "gauge", "Memory of opened networks.", lambda: services.brought.models.size),
        ("convoscope_running", "gauge", "Requests that are worked on.", lambda: queue.running),
        ("convoscope_waiting", "gauge", "Requests that wait.", lambda: queue.waiting),
        ("convoscope_uploading", "gauge", "Files that are on their way.", lambda: work.uploading),
        ("convoscope_refused_total", "counter", "Requests refused as too many.", lambda: queue.refused),
        ("convoscope_decoder_failures_total", "counter", "Decoders that crashed or ran out.", lambda: decoder.failures),
        ("convoscope_reader_failures_total", "counter", "Readers that crashed or ran out.", lambda: reader.failures),
        ("convoscope_abandoned_total", "counter", "Requests whose sender left first.", lambda: queue.abandoned),
        ("process_resident_memory_bytes", "gauge", "Memory of this process.", resident),
        ("process_open_fds", "gauge", "Files and connections that are open.", open_files),
        ("process_threads", "gauge", "Threads of this process.", threading.active_count),
    )
    for row in rows:
        made.gauge(*row)
    return made
