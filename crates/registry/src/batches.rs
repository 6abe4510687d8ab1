//! Batches of investments: each item stands for itself, is kept under a key of its own, and has its own answer.

use wire::ProblemCode;
use wire::investments::{BatchAnswer, BatchResult};

use crate::{Answer, Done, Error, Registry, Request, Result};

/// The item's answer as the single call would have given it. A fault of ours ends the whole batch, which can be repeated with its key.
pub(crate) fn batch_result(answer: Result<Answer>) -> Result<BatchResult> {
    match answer {
        Ok(answer) => Ok(BatchResult {
            status: answer.status,
            investment: Some(answer.json()?),
            problem: None,
        }),
        Err(error @ (Error::Fault(_) | Error::Unavailable(_))) => Err(error),
        Err(error) => {
            let problem = error.to_problem();
            Ok(BatchResult {
                status: problem.status,
                investment: None,
                problem: Some(problem),
            })
        }
    }
}

/// Refuses a batch of more items than that.
pub(crate) fn check_batch_size(size: usize, most: usize) -> Result<()> {
    if size > most {
        return Err(Error::Problem(
            ProblemCode::TooMany,
            format!("A batch has at most {most} items."),
        ));
    }
    Ok(())
}

/// Keeps the batch's answer under the batch's key; its items have kept their own.
pub(crate) async fn collected(
    registry: &Registry,
    request: &Request,
    results: Vec<BatchResult>,
) -> Result<Answer> {
    let answer = BatchAnswer { results };
    registry
        .write(request, move |_| {
            Ok(Done {
                resource: None,
                ..Done::ok(uuid::Uuid::nil(), &answer)?
            })
        })
        .await
}
