//! Where the streams of a connection run.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::Stream;
use crate::net::Connection;
use crate::worker::Worker;

/// Runs the streams of a connection on the worker's own thread.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    worker: Rc<Worker>,
    connection: Rc<Connection>,
    idle: Option<Duration>,
    /// The stream that was opened and does not run yet.
    opened: Rc<RefCell<Option<Rc<Stream>>>>,
}

impl Streams {
    /// `idle` is how long no byte may move on a stream.
    pub(crate) fn new(
        worker: Rc<Worker>,
        connection: Rc<Connection>,
        idle: Option<Duration>,
    ) -> Self {
        Self {
            worker,
            connection,
            idle,
            opened: Rc::default(),
        }
    }

    /// The stream of a request that hyper hands to the service. What hyper wants run next is
    /// that stream's work, and comes before any other request.
    pub(crate) fn open(&self) -> Rc<Stream> {
        let stream = Stream::new(self.connection.clone(), &self.worker.timers, self.idle);
        self.opened.replace(Some(stream.clone()));
        stream
    }
}

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future<Output = ()> + 'static,
{
    fn execute(&self, work: F) {
        match self.opened.take() {
            Some(stream) => tokio::task::spawn_local(Watched {
                work,
                stream,
                worker: self.worker.clone(),
            }),
            // No request's: what would follow an upgrade, which there is none of.
            None => tokio::task::spawn_local(work),
        };
    }
}

pin_project! {
    /// What is done on a stream, for as long as something moves. Dropping it resets the stream
    /// unless its messages have ended.
    struct Watched<F> {
        #[pin]
        work: F,
        stream: Rc<Stream>,
        worker: Rc<Worker>,
    }

    impl<F> PinnedDrop for Watched<F> {
        fn drop(this: Pin<&mut Self>) {
            this.stream.end();
        }
    }
}

impl<F: Future<Output = ()>> Future for Watched<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        // First of all: what came while the worker was held up has moved in time.
        if this.work.poll(context).is_ready() {
            return Poll::Ready(());
        }
        ready!(this.stream.poll_idle(context));
        this.worker.stats.resets.count();
        Poll::Ready(())
    }
}
