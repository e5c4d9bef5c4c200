//! Charts of points in a plane, with the front of those that nothing beats.

use super::axes::Axis;
use super::canvas::{Anchor, Canvas, draw};
use super::{ChartError, Frame, Ink, datum, fitted};
use crate::tables::{Entry, Table};

/// Points that are drawn.
const MOST: usize = 400;

/// A point with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    name: String,
    ink: Ink,
    x: f64,
    y: f64,
    front: bool,
}

impl Point {
    /// A point.
    pub fn new(name: impl Into<String>, ink: Ink, x: f64, y: f64) -> Point {
        Point {
            name: name.into(),
            ink,
            x,
            y,
            front: false,
        }
    }

    /// Whether it belongs to the front: no other point is better in both.
    #[must_use]
    pub fn front(mut self, front: bool) -> Point {
        self.front = front;
        self
    }
}

/// All points with their axes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Points {
    x: Axis,
    y: Axis,
    points: Vec<Point>,
}

/// A box that a name takes: left, top, right, bottom.
type Taken = (i32, i32, i32, i32);

impl Points {
    pub(super) fn new(x: Axis, y: Axis, points: Vec<Point>) -> Points {
        Points { x, y, points }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    pub(super) fn left_out(&self) -> Option<String> {
        let all = self.points.len();
        (all > MOST).then(|| format!("The first {MOST} of {all} points are drawn."))
    }

    fn drawn(&self) -> &[Point] {
        &self.points[..self.points.len().min(MOST)]
    }

    fn front(&self) -> Vec<&Point> {
        let mut front: Vec<&Point> = self.drawn().iter().filter(|point| point.front).collect();
        front.sort_by(|a, b| a.x.total_cmp(&b.x));
        front
    }

    pub(super) fn spoken(&self) -> String {
        let one = |point: &&Point| {
            let (x, y) = (self.x.unit.show(point.x), self.y.unit.show(point.y));
            format!("{} {x}, {y}", point.name)
        };
        let listed = |points: Vec<&Point>| {
            let all: Vec<String> = points.iter().take(40).map(one).collect();
            all.join("; ")
        };
        let (x, y) = (&self.x.title, &self.y.title);
        match self.front() {
            front if front.is_empty() => {
                format!("{y} by {x}. {}.", listed(self.drawn().iter().collect()))
            }
            front => format!("{y} by {x}. On the front: {}.", listed(front)),
        }
    }

    pub(super) fn data(&self) -> Table {
        let mut table = Table::new("Data")
            .words("Name")
            .numbers(self.x.title.clone(), self.x.unit.name())
            .numbers(self.y.title.clone(), self.y.unit.name())
            .words("On the front");
        for point in &self.points {
            table.row(vec![
                Entry::from(point.name.as_str()),
                datum(point.x).into(),
                datum(point.y).into(),
                if point.front { "yes" } else { "no" }.into(),
            ]);
        }
        table
    }

    pub(super) fn draw(&self, frame: Frame, label: &str) -> Result<String, ChartError> {
        let points = self.drawn();
        let (left, right) = (62, frame.width - 12);
        let bottom = if frame.narrow { 300 } else { 400 };
        let size = (frame.width as u32, (bottom + 44) as u32);
        let x = self
            .x
            .span(points.iter().map(|point| point.x), (left, right), true);
        let y = self
            .y
            .span(points.iter().map(|point| point.y), (bottom, 26), true);
        draw(size, label, |canvas| {
            for (at, words) in self.y.marks(&y, 7, 15) {
                canvas.line([(left, at), (right, at)], Ink::Grid, 1)?;
                canvas.text(&words, (left - 8, at), Anchor::End, Ink::Muted)?;
            }
            for (at, words) in self.x.marks(&x, if frame.narrow { 4 } else { 8 }, 38) {
                canvas.line([(at, 26), (at, bottom)], Ink::Grid, 1)?;
                canvas.text(&words, (at, bottom + 14), Anchor::Middle, Ink::Muted)?;
            }
            canvas.text(&self.y.title, (4, 10), Anchor::Start, Ink::Muted)?;
            let under = ((left + right) / 2, bottom + 34);
            canvas.text(&self.x.title, under, Anchor::Middle, Ink::Muted)?;
            let steps = self.front();
            // A front goes in steps: between two of its points nothing was found.
            let steps = steps.iter().enumerate().flat_map(|(at, point)| {
                let here = (x.exactly(point.x), y.exactly(point.y));
                let before = at.checked_sub(1).map(|at| y.exactly(steps[at].y));
                before
                    .map(|before| (here.0, before))
                    .into_iter()
                    .chain([here])
            });
            let steps: Vec<(f64, f64)> = steps.collect();
            if steps.len() > 1 {
                canvas.curve(steps.into_iter(), Ink::Muted, true)?;
            }
            let place = |point: &Point| (x.at(point.x), y.at(point.y));
            for point in points {
                canvas.dot(place(point), 4, point.ink, point.front)?;
            }
            let placed: Vec<((i32, i32), &Point)> =
                points.iter().map(|point| (place(point), point)).collect();
            names(canvas, &placed, (left, right, bottom))
        })
    }
}

/// Names the points, those of the front first, as many as find room.
fn names(
    canvas: &Canvas<'_>,
    points: &[((i32, i32), &Point)],
    (left, right, bottom): (i32, i32, i32),
) -> Result<(), ChartError> {
    let dot = |(x, y): (i32, i32)| (x - 5, y - 5, x + 5, y + 5);
    let mut taken: Vec<Taken> = points.iter().map(|(at, _)| dot(*at)).collect();
    let mut order: Vec<&((i32, i32), &Point)> = points.iter().collect();
    order.sort_by_key(|(_, point)| !point.front);
    for ((x, y), point) in order {
        let name = fitted(&point.name, 30);
        let width = name.chars().count() as i32 * 7;
        let mut choices = [
            (x + 9, *y, Anchor::Start),
            (x - 9, *y, Anchor::End),
            (*x, y - 13, Anchor::Middle),
            (*x, y + 13, Anchor::Middle),
        ];
        if point.front {
            // The front's line leaves its points to the sides.
            choices.rotate_left(2);
        }
        let room = |(at, height, anchor): &(i32, i32, Anchor)| -> Taken {
            let from = match anchor {
                Anchor::Start => *at,
                Anchor::Middle => at - width / 2,
                Anchor::End => at - width,
            };
            (from, height - 7, from + width, height + 7)
        };
        let free = |choice: &&(i32, i32, Anchor)| {
            let own = room(choice);
            let inside = own.0 >= left && own.2 <= right && own.3 <= bottom && own.1 >= 18;
            inside && !taken.iter().any(|other| overlap(own, *other))
        };
        if let Some(choice) = choices.iter().find(free) {
            taken.push(room(choice));
            canvas.text(&name, (choice.0, choice.1), choice.2, point.ink)?;
        }
    }
    Ok(())
}

fn overlap(a: Taken, b: Taken) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}
